"""The data folder: half made, of another size, ours to empty, or not."""

import json
import stat
from pathlib import Path

import pytest

from deploy.local import choices, ending, jars, state
from deploy.local.kafka import VERSION, Kafka
from deploy.local.ports import Ports
from deploy.local.postgres import Postgres, private, socket_folder
from deploy.local.services import ROOT
from schemas.errors import Stopped
from schemas.topics import MAX_MESSAGE_BYTES

RESET = "way out"


def kafka(folder: Path, brokers: int = 1) -> Kafka:
    """A cluster in *folder*, never started."""
    return Kafka(
        folder,
        folder / "log",
        ports=Ports(),
        brokers=brokers,
        lib=complete_lib(folder),
        say=[].append,
        reset=RESET,
    )


def complete_lib(folder: Path) -> Path:
    """A folder that passes for a complete copy of Kafka."""
    lib = folder / "lib"
    lib.mkdir(parents=True, exist_ok=True)
    (lib / "fetched.sha256").write_bytes(jars.HASHES.read_bytes())
    return lib


class TestHalfMade:
    """An interrupted first start is found out, and the way out is said."""

    @pytest.mark.parametrize(
        ("version", "marked"),
        [("18\n", False), ("", False), ("x", False), ("", True), ("x", True)],
    )
    def test_database(self, tmp_path: Path, version: str, *, marked: bool) -> None:
        """A folder without its last mark, or with one that lies, is not used."""
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "PG_VERSION").write_text(version)
        if marked:
            (tmp_path / "complete").touch()

        with pytest.raises(Stopped, match=f"is not whole. {RESET}"):
            Postgres(tmp_path, tmp_path / "log", [].append, RESET).process()

    def test_database_gone(self, tmp_path: Path) -> None:
        """A mark without a database is no database either."""
        (tmp_path / "complete").touch()

        with pytest.raises(Stopped, match=f"is not whole. {RESET}"):
            Postgres(tmp_path, tmp_path / "log", [].append, RESET).process()

    def test_kafka(self, tmp_path: Path) -> None:
        """Node folders without the last mark are not used."""
        (tmp_path / "node-1").mkdir()

        with pytest.raises(Stopped, match=f"is not whole. {RESET}"):
            kafka(tmp_path).processes()

    def test_kafka_gone(self, tmp_path: Path) -> None:
        """A mark without the nodes' data is no cluster either."""
        made = {"cluster": "A", "brokers": 1, "version": VERSION}
        (tmp_path / "complete.json").write_text(json.dumps(made))

        with pytest.raises(Stopped, match=f"is not whole. {RESET}"):
            kafka(tmp_path).processes()

    def test_kafka_of_another_size(self, tmp_path: Path) -> None:
        """Data of one broker is not started as three."""
        made = {"cluster": "A", "brokers": 1, "version": VERSION}
        (tmp_path / "complete.json").write_text(json.dumps(made))

        with pytest.raises(Stopped, match="BROKERS=1"):
            kafka(tmp_path, brokers=3).processes()


class TestKafkaProperties:
    """Each node's configuration."""

    def test_three_answer_for_each_other(self, tmp_path: Path) -> None:
        """Three nodes replicate thrice, and two must have a record."""
        properties = kafka(tmp_path, brokers=3).properties(2)

        assert properties["node.id"] == "2"
        assert properties["default.replication.factor"] == "3"
        assert properties["min.insync.replicas"] == "2"
        assert len(properties["controller.quorum.voters"].split(",")) == 3

    def test_topics_are_never_made_by_accident(self, tmp_path: Path) -> None:
        """A mistyped topic is an error, and the largest record fits."""
        properties = kafka(tmp_path).properties(1)

        assert properties["auto.create.topics.enable"] == "false"
        assert properties["message.max.bytes"] == str(MAX_MESSAGE_BYTES)


class TestSockets:
    """Where Postgres is reached, by us alone."""

    def test_short_path_stays_beside_the_data(self, tmp_path: Path) -> None:
        """An ordinary folder holds its own socket."""
        assert socket_folder(Path("/srv/var")) == Path("/srv/var/socket")

    def test_long_path_moves(self) -> None:
        """A path too long for a socket gets a short one, its own and the same again."""
        long = Path("/srv") / ("x" * 120)

        assert len(str(socket_folder(long))) < 90
        assert socket_folder(long) == socket_folder(long)
        assert socket_folder(long) != socket_folder(long / "y")

    def test_folder_is_private(self, tmp_path: Path) -> None:
        """Nobody else may enter the folder of the socket."""
        private(tmp_path / "socket", None)

        mode = (tmp_path / "socket").stat().st_mode
        assert stat.S_IMODE(mode) == 0o700

    def test_planted_link_is_refused(self, tmp_path: Path) -> None:
        """A link that somebody put in the socket's place is not followed."""
        (tmp_path / "socket").symlink_to(tmp_path)

        with pytest.raises(Stopped, match="belongs to somebody else"):
            private(tmp_path / "socket", None)


class TestSecret:
    """The key of every reference."""

    def test_made_once_for_us_alone(self, tmp_path: Path) -> None:
        """The secret is the same the second time, and nobody else may read it."""
        first = state.secret(tmp_path)

        assert state.secret(tmp_path) == first
        assert len(first) >= 32
        assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


class TestReset:
    """Deleting all data, and nothing else."""

    def test_what_was_fetched_stays(self, tmp_path: Path) -> None:
        """Data, logs and the secret go; Kafka's programs and uv stay."""
        (tmp_path / state.MARK).touch()
        for name in (
            "boot/uv",
            "kafka/lib/k.jar",
            "kafka/node-1/log",
            "log/a",
            "secret",
        ):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()

        ending.reset(tmp_path)

        left = {
            str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()
        }
        assert left == {"boot/uv", "kafka/lib/k.jar"}

    def test_another_folder_is_not_emptied(self, tmp_path: Path) -> None:
        """A folder that no stack has marked is left as it is."""
        (tmp_path / "thesis.txt").touch()

        with pytest.raises(Stopped, match="does not look like ours"):
            ending.reset(tmp_path)

        assert (tmp_path / "thesis.txt").exists()


class TestJars:
    """Kafka's programs, byte for byte."""

    def test_changed_file_is_refused(self, tmp_path: Path) -> None:
        """A jar that is not the listed one stops the start, by name."""
        (tmp_path / "a.jar").write_bytes(b"other")
        listed = tmp_path / "listed"
        listed.write_text("00  a.jar\n")

        with pytest.raises(Stopped, match=r"a\.jar"):
            jars.verify(tmp_path, listed)

    def test_additional_file_is_refused(self, tmp_path: Path) -> None:
        """A jar that nobody listed stops the start as well."""
        (tmp_path / "b.jar").touch()
        (tmp_path / "listed").touch()

        with pytest.raises(Stopped, match=r"b\.jar"):
            jars.verify(tmp_path, tmp_path / "listed")


class TestChoices:
    """What the environment says."""

    def test_nothing_said(self) -> None:
        """Without a word: one broker, the published ports, the folder `var`."""
        chosen = choices.read({})

        assert chosen == choices.Choices(ROOT / "var", Ports(), 1, None)

    def test_two_brokers(self) -> None:
        """Two brokers cannot outvote each other."""
        with pytest.raises(Stopped, match="BROKERS is 1 or 3"):
            choices.read({"BROKERS": "2"})

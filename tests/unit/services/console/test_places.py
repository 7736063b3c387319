"""Where the command looks for everything: the environment, the demonstration, or here."""

import json

import pytest

from services.console.cli.checking import checks
from services.console.clients.places import Places, places

CARD = {
    "addresses": {"timeline": "http://elsewhere:1", "issuer": "http://elsewhere:2"},
    "kafka": "elsewhere:3",
    "postgres": "postgresql://elsewhere",
}


@pytest.fixture
def data(tmp_path):
    """A data folder in which a demonstration has written where it is."""
    (tmp_path / "demo.json").write_text(json.dumps(CARD))
    return tmp_path


class TestPlaces:
    """Where services, Kafka and Postgres are."""

    def test_are_the_usual_ports_where_nobody_says(self, tmp_path):
        """As in the contract: the issuer at 8100, the console seven on."""
        found = places({"THROUGHLINE_DATA": str(tmp_path)})
        assert found.addresses["issuer"] == "http://127.0.0.1:8100"
        assert found.addresses["console"] == "http://127.0.0.1:8107"
        assert (found.kafka, found.postgres) == ("127.0.0.1:19092", None)

    def test_are_those_of_the_demonstration_that_runs(self, data):
        """No setting is needed beside `make demo`."""
        found = places({"THROUGHLINE_DATA": str(data)})
        assert found.addresses["timeline"] == "http://elsewhere:1"
        assert found.addresses["clocks"] == "http://127.0.0.1:8104"
        assert (found.kafka, found.postgres) == (CARD["kafka"], CARD["postgres"])

    def test_are_the_demonstrations_also_by_the_ports_it_runs_on(self, data):
        """Saying its ports is no reason to forget its database."""
        card = CARD | {"addresses": {"issuer": "http://127.0.0.1:9100"}}
        (data / "demo.json").write_text(json.dumps(card))
        said = {"THROUGHLINE_DATA": str(data), "THROUGHLINE_PORT_BASE": "9100"}
        found = places(said)
        assert (found.kafka, found.postgres) == (CARD["kafka"], CARD["postgres"])

    def test_kafka_moves_with_the_ports(self, tmp_path):
        """As much as the services do."""
        said = {"THROUGHLINE_DATA": str(tmp_path), "THROUGHLINE_PORT_BASE": "8300"}
        assert places(said).kafka == "127.0.0.1:19292"

    def test_are_those_of_the_environment_before_all(self, data):
        """A second installation on the machine is reached by its ports."""
        said = {
            "THROUGHLINE_DATA": str(data),
            "THROUGHLINE_PORT_BASE": "9100",
            "THROUGHLINE_ISSUER": "http://issuer/",
            "THROUGHLINE_KAFKA": "kafka:9092",
        }
        found = places(said)
        assert found.addresses["timeline"] == "http://127.0.0.1:9105"
        assert found.addresses["issuer"] == "http://issuer"
        assert found.kafka == "kafka:9092"
        assert found.postgres is None

    def test_survive_a_file_that_is_half_written(self, data):
        """The usual ports hold."""
        (data / "demo.json").write_text('{"addresses":')
        found = places({"THROUGHLINE_DATA": str(data)})
        assert found.addresses["timeline"] == "http://127.0.0.1:8105"


class TestDoctor:
    """What is wrong, and what to do about it."""

    @pytest.fixture
    def nowhere(self, tmp_path, unused_tcp_port_factory):
        """An installation of which nothing runs."""
        free = unused_tcp_port_factory()
        found = places({"THROUGHLINE_DATA": str(tmp_path)}).addresses
        addresses = dict.fromkeys(found, f"http://127.0.0.1:{free}")
        return Places(addresses, f"127.0.0.1:{free}", None, tmp_path / "missing")

    def test_says_for_each_part_what_to_do(self, nowhere):
        """Every check that fails has a way out; none that passes has one."""
        found = {check["check"]: check for check in checks(nowhere)}
        assert found["data folder"]["ok"]
        for name in ("postgres", "kafka", "issuer", "timeline", "console"):
            assert not found[name]["ok"]
            assert "make demo" in found[name]["do"]
        assert all((check["do"] is None) == check["ok"] for check in found.values())

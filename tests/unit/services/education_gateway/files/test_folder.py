"""A watched folder: what is whole is taken once, and nothing that is being written."""

import json
import os

import pytest

from services.education_gateway.api.folder import Folder
from services.runtime.intake.messages import Kept
from services.runtime.problems import Problem, away
from tests.support.agencies import COUNCIL
from tests.support.school_files import csv_of, pupil


class Arriving:
    """Stands where deliveries are kept."""

    def __init__(self, problem=None):
        """Refuse everything with *problem*, if there is one."""
        self.kept = []
        self.problem = problem

    async def keep(self, arrived):
        """Note a delivery, its contents read."""
        if self.problem:
            raise self.problem
        contents = [(name, stream.read()) for name, _, stream in arrived.files]
        self.kept.append((arrived.sender, arrived.feed, arrived.request_id, contents))
        return Kept("accepted", b'{"message_ref":"x"}'), arrived


CONTENT = csv_of([pupil(1)])


@pytest.fixture
def feed(tmp_path):
    """Return the folder of one feed of the council."""
    folder = tmp_path / "la-931" / "census"
    folder.mkdir(parents=True)
    return folder


def watched(tmp_path, arriving):
    """Return what watches the folder."""
    return Folder(tmp_path, arriving, limit=1_000_000)


async def test_a_file_that_rests_is_taken_and_removed(tmp_path, feed):
    """Its receipt stays; the sender and the feed are those of the folders."""
    arriving = Arriving()
    folder = watched(tmp_path, arriving)
    (feed / "pupils.csv").write_bytes(CONTENT)
    await folder.turn()
    assert arriving.kept == []
    await folder.turn()
    await folder.turn()

    [(sender, name, _, contents)] = arriving.kept
    assert (sender, name, contents) == (COUNCIL, "census", [("pupils.csv", CONTENT)])
    assert not (feed / "pupils.csv").exists()
    receipt = json.loads((feed / "receipts" / "pupils.csv.json").read_text())
    assert receipt == {"message_ref": "x"}


async def test_files_of_one_folder_are_one_delivery(tmp_path, feed):
    """A folder waits until nothing in it is being written."""
    arriving = Arriving()
    folder = watched(tmp_path, arriving)
    (feed / "term").mkdir()
    (feed / "term" / "a.csv").write_bytes(CONTENT)
    (feed / "term" / "b.csv.part").write_bytes(CONTENT)
    await folder.turn()
    await folder.turn()
    assert arriving.kept == []
    (feed / "term" / "b.csv.part").rename(feed / "term" / "b.csv")
    await folder.turn()
    await folder.turn()

    [(_, _, _, contents)] = arriving.kept
    assert [name for name, _ in contents] == ["a.csv", "b.csv"]
    assert not (feed / "term").exists()


async def test_a_crash_before_the_removal_sends_the_same_again(tmp_path, feed):
    """The same file has the same request id, and so one effect."""
    arriving = Arriving()
    file = feed / "pupils.csv"
    stamp = None
    for _ in range(2):
        file.write_bytes(CONTENT)
        stamp = stamp or (file.stat().st_atime_ns, file.stat().st_mtime_ns)
        os.utime(file, ns=stamp)
        folder = watched(tmp_path, arriving)
        await folder.turn()
        await folder.turn()

    first, second = (kept[2] for kept in arriving.kept)
    assert first == second


async def test_what_is_refused_is_set_aside_with_the_reason(tmp_path, feed):
    """It is not tried again and again."""
    arriving = Arriving(Problem(422, "not-understood", "Mend it."))
    folder = watched(tmp_path, arriving)
    (feed / "odd.csv").write_bytes(b"a,b")
    await folder.turn()
    await folder.turn()

    assert (feed / "refused" / "odd.csv").exists()
    why = json.loads((feed / "refused" / "odd.csv.problem.json").read_text())
    assert why["detail"] == "Mend it."


async def test_what_cannot_be_kept_now_stays(tmp_path, feed):
    """A database that is away loses nothing."""
    folder = watched(tmp_path, Arriving(away()))
    (feed / "pupils.csv").write_bytes(CONTENT)
    await folder.turn()
    await folder.turn()

    assert (feed / "pupils.csv").read_bytes() == CONTENT


@pytest.mark.parametrize("place", [".", "la-931", "somebody/census", "la-931/My Feed"])
async def test_a_file_outside_a_feeds_folder_is_set_aside_and_said(tmp_path, place):
    """Only organisations send, and only feeds; it lies there once, with what to do."""
    arriving = Arriving()
    odd = tmp_path / place
    odd.mkdir(parents=True, exist_ok=True)
    (odd / "pupils.csv").write_bytes(CONTENT)
    (odd / "more.csv.part").write_bytes(CONTENT)
    folder = watched(tmp_path, arriving)
    for _ in range(4):
        await folder.turn()

    assert arriving.kept == []
    assert (odd / "refused" / "pupils.csv").read_bytes() == CONTENT
    why = json.loads((odd / "refused" / "pupils.csv.problem.json").read_text())
    assert "<organisation>/<feed>/" in why["detail"]
    assert (odd / "more.csv.part").exists()

"""Starting again what died: sooner at first, later and later, or not at all."""

from pathlib import Path

import pytest

from deploy.local.processes import Process
from deploy.local.watch import LONGEST_WAIT, Watch, wait_after


class Fake(Process):
    """A part that ends when the test says so."""

    def __init__(self, name: str, log: Path) -> None:
        """Begin running, for the first time."""
        super().__init__(name, (), log)
        self.code: int | None = None
        self.starts = 0

    def start(self) -> None:
        """Count the start and run."""
        self.code = None
        self.starts += 1

    @property
    def exit_code(self) -> int | None:
        """What the test said."""
        return self.code

    @property
    def up(self) -> bool:
        """Whether the test let it run."""
        return self.code is None


@pytest.fixture
def part(tmp_path: Path) -> Fake:
    """A part that runs."""
    return Fake("clocks", tmp_path / "clocks.log")


class TestWatch:
    """What follows a death."""

    def test_running_part_is_left_alone(self, part: Fake) -> None:
        """Nothing happens to what is up."""
        assert not Watch([].append).look([part], 0)
        assert part.starts == 0

    def test_dead_part_is_started_when_due(self, part: Fake) -> None:
        """A part that died is started a second later, and not before."""
        said: list[str] = []
        watch = Watch(said.append)
        watch.look([part], 0)
        part.code = 1
        watch.look([part], 5.0)
        watch.look([part], 5.9)
        assert part.starts == 0

        watch.look([part], 6.0)

        assert part.starts == 1
        assert "clocks ended with code 1" in said[0]
        assert len(said) == 1

    def test_repeated_deaths_wait_longer(self, part: Fake) -> None:
        """A second death in a row waits for longer than the first."""
        watch = Watch([].append)
        watch.look([part], 0)
        for now in (1.0, 2.0, 3.0):
            part.code = 1
            watch.look([part], now)
        watch.look([part], 4.9)
        assert part.starts == 1

        watch.look([part], 5.0)

        assert part.starts == 2

    def test_steady_part_begins_anew(self, part: Fake) -> None:
        """Deaths before a long life do not count."""
        watch = Watch([].append)
        watch.look([part], 0)
        for now in (1.0, 2.0, 100.0):
            part.code = 1
            watch.look([part], now)

        watch.look([part], 101.0)

        assert part.starts == 2

    def test_part_for_a_person_is_held(self, part: Fake) -> None:
        """Code 78 is not started again, and its last words are said."""
        part.log.write_text("first\nrestore the other disk\n\n")
        said: list[str] = []
        watch = Watch(said.append)
        part.code = 78
        watch.look([part], 0)
        watch.look([part], 1000)

        assert part.starts == 0
        assert watch.held() == ["clocks"]
        assert said == ["clocks waits for a person: restore the other disk"]

    def test_wait_has_an_upper_limit(self) -> None:
        """However often it dies, it is tried again every ten seconds."""
        assert wait_after(1) == 1
        assert wait_after(50) == LONGEST_WAIT

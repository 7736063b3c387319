"""Settling: a finding is believed only when nothing moves any more."""

from dataclasses import replace

from tests.checker.settle import Patience, settled


class _Looks:
    """Gives one piece of evidence after another, each taking a second to get."""

    def __init__(self, *evidence):
        """Give *evidence* in turn, the last for ever."""
        self._left = list(evidence)
        self.taken = 0
        self.now = 0.0

    async def collect(self):
        """Return the next piece."""
        self.taken += 1
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]

    async def sleep(self, seconds):
        """Let time pass."""
        self.now += seconds

    async def settled(self, patience):
        """Return what is found in the end."""
        return await settled(self.collect, self.sleep, patience, lambda: self.now)


_PATIENCE = Patience(clean=4.0, troubled=10.0, longest=100.0, pause=2.0)


class TestSettled:
    """How long it looks."""

    async def test_waits_for_what_is_under_way(self, honest):
        """Events that are still on their way are not called lost."""
        parts = [replace(honest, feed=honest.feed[:n]) for n in (0, 100, 200, 300)]
        looks = _Looks(*parts, honest)
        assert await looks.settled(_PATIENCE) == []
        assert looks.now == 4 * 2 + 4

    async def test_believes_what_stays(self, honest):
        """What is missing and does not come is found, after the longer wait."""
        looks = _Looks(replace(honest, feed=honest.feed[1:]))
        found = await looks.settled(_PATIENCE)
        assert {finding.kind for finding in found} == {"lost"}
        assert looks.now == 10

    async def test_looks_once_more(self, honest):
        """A double that comes after all seemed well is found."""
        doubled = replace(honest, feed=[*honest.feed, honest.feed[-1]])
        looks = _Looks(honest, doubled)
        found = await looks.settled(_PATIENCE)
        assert "doubled" in {finding.kind for finding in found}

    async def test_ends(self, honest):
        """Evidence that never stops moving is reported when patience ends."""
        moving = [replace(honest, feed=honest.feed[: n % 7]) for n in range(400)]
        looks = _Looks(*moving)
        assert await looks.settled(_PATIENCE)
        assert looks.now == 100

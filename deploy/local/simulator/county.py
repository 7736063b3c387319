"""A county's children over some years, from its figures and a seed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Final

from deploy.local.simulator.areas import Area
from deploy.local.simulator.faults import disturb
from deploy.local.simulator.journeys import ehc, health, review
from deploy.local.simulator.life import Life
from deploy.local.simulator.people import MOST_CHILDREN, Child, Registrar
from deploy.local.simulator.said import evening, workday

ELSEWHERE: Final = "urn:dfe:la:998"
"""Another council, which does not exist: children move from there."""

_YEAR: Final = 365
_OLDEST_PLAN: Final = 5 * _YEAR
_TWINS: Final = 0.025
_MOVED: Final = 0.03
_ADOPTED: Final = 0.004
_TRACED_BEFORE: Final = 0.4
_REFERRED_TOO: Final = 0.6
"""Of children with an assessment; of those with a plan, half as many."""
_REFERRED_TWICE: Final = 0.15
_SUPPORTED: Final = 0.85
_REST: Final = "OTH"


@dataclass(frozen=True, slots=True)
class County:
    """What is to be made."""

    area: Area
    seed: int
    years: int
    until: date
    """The last day of which anything is heard."""
    scale: float = 1.0
    """Which part of the area's numbers."""

    @property
    def since(self) -> date:
        """The first day."""
        return self.until - timedelta(days=_YEAR * self.years)

    @property
    def last(self) -> datetime:
        """The last moment of which anything is heard."""
        return evening(self.until)

    def part(self, a_year: float, *, least: int = 1) -> int:
        """Return how many of something that happens so often *a_year*."""
        return max(least, round(a_year * self.years * self.scale))

    def lives(self) -> Iterator[Life]:
        """Yield every child's life, faults and all; raises ValueError if too many."""
        for life in _Made(self).lives():
            disturb(life, self.last)
            yield life


class _Made:
    """The children of a county while they are being made."""

    def __init__(self, county: County) -> None:
        """Begin with nobody."""
        self._county = county
        self._rates = county.area.published
        self._council = county.area.council
        self._registrar = Registrar(county.seed, str(county.area.dfe))
        self._numbers = count()
        self._referrals = {
            name: county.part(a_year)
            for name, a_year in county.area.estimated.referrals.items()
        }

    def lives(self) -> Iterator[Life]:
        """Yield those with a plan, with a request, at school, and in clinics."""
        county = self._county
        stock = max(2, round(self._rates.plans_a_year_before * county.scale))
        adopted = max(1, round(stock * _ADOPTED))
        for place in range(stock):
            yield from self._with_plan(adopted=place < adopted)
        requests = county.part(self._rates.requests, least=3)
        for place in range(requests):
            yield from self._with_request(place / requests)
        for _ in range(county.part(county.area.estimated.sen_support_started)):
            yield self._with_concern()
        for service in health.SERVICES.values():
            while self._referrals[service.name] > 0:
                yield self._in_clinic(service)

    def _life(self, ages: tuple[int, int]) -> Life:
        """Return the life of the next child, nothing told yet."""
        number = next(self._numbers)
        if number >= MOST_CHILDREN:
            raise ValueError("there are not so many NHS numbers that begin with 999")
        return self._of(self._registrar.child(number, ages, self._county.since))

    def _of(self, child: Child) -> Life:
        """Return the life of *child*, nothing told yet."""
        random = Random(f"life/{self._county.seed}/{child.number}")  # noqa: S311
        return Life(child, random, self._county.seed, self._council)

    def _with_plan(self, *, adopted: bool) -> Iterator[Life]:
        """Yield a child who had a plan before; adopted: and who they become."""
        county, life = self._county, self._life((4, 17))
        life.traced = life.happens(_TRACED_BEFORE)
        made = life.after(county.since, -_OLDEST_PLAN, -30)
        plan = ehc.issued(life, made, life.child.school, exception=False)
        plan.received = evening(workday(county.since))
        review.reviews(life, plan, made, county.since)
        if life.happens(_REFERRED_TOO / 2):
            self._refer(life, self._day(life))
        if adopted:
            yield self._adopted(life)
        yield life

    def _adopted(self, before: Life) -> Life:
        """Return who a child becomes; of whom they were, nothing more is told."""
        day = before.after(self._county.since, 200, 500)
        before.said = [said for said in before.said if said.on < day]
        left = {id(said) for said in before.said}
        before.owed = [owed for owed in before.owed if id(owed.start) in left]
        for owed in before.owed:
            owed.met = owed.met if id(owed.met) in left else None
            owed.otherwise = owed.otherwise if id(owed.otherwise) in left else None
            owed.stopped = [end for end in owed.stopped if id(end) in left]
        child = self._registrar.adopted(before.child, next(self._numbers))
        life = self._of(child)
        life.traced = True
        plan = ehc.issued(life, day, child.school, exception=False)
        review.reviews(life, plan, day)
        self._refer(life, life.after(day, 10, 100))
        return life

    def _with_request(self, turn: float) -> Iterator[Life]:
        """Yield a child for whom an assessment is asked, and a twin of some."""
        life = self._life((2, 17))
        life.traced = life.happens(_TRACED_BEFORE)
        span = (self._county.until - self._county.since).days
        day = workday(self._county.since + timedelta(days=int(turn * span)))
        pair = turn == 0 or life.happens(_TWINS)
        twins = [self._of(self._registrar.twin(life.child, next(self._numbers)))]
        for one in (life, *(twins if pair else ())):
            self._assessed(one, day)
            yield one

    def _assessed(self, life: Life, day: date) -> None:
        """Tell of a request; before it, of some, what another council did."""
        if life.happens(_MOVED) or life.child.number % 1000 == 0:
            self._moved(life, life.after(day, -90, -60))
        if life.happens(_REFERRED_TOO):
            self._refer(life, life.after(day, -200, 60))
        ehc.assessment(life, self._rates, day, self._need(life))

    def _moved(self, life: Life, day: date) -> None:
        """Tell of a request to another council, from whose area the child moved."""
        life.home = ELSEWHERE
        ehc.left_behind(life, day, self._council)
        life.home = self._council

    def _with_concern(self) -> Life:
        """Return a child of whom a school says that they may have a need."""
        life = self._life((2, 15))
        day = self._day(life)
        need = self._need(life)
        ehc.concern(life, day, need)
        if life.happens(_SUPPORTED):
            ehc.support(life, day, need)
        if life.happens(_REFERRED_TWICE):
            self._refer(life, life.after(day, 5, 60))
        return life

    def _in_clinic(self, service: health.Service) -> Life:
        """Return a child whom only a trust knows."""
        life = self._life((1, 16))
        for _ in range(2 if life.happens(_REFERRED_TWICE) else 1):
            health.referral(life, service, self._day(life))
            self._referrals[service.name] -= 1
        return life

    def _refer(self, life: Life, day: date) -> None:
        """Tell of a referral to one of the services, by how often each is asked."""
        names = [*self._county.area.estimated.referrals]
        weights = [*self._county.area.estimated.referrals.values()]
        [name] = life.random.choices(names, weights)
        self._referrals[name] -= 1
        health.referral(life, health.SERVICES[name], day)

    def _day(self, life: Life) -> date:
        """Return some working day of the county's years."""
        span = (self._county.until - self._county.since).days
        return life.after(self._county.since, 1, span)

    def _need(self, life: Life) -> str:
        """Return a primary need, as often as the area has it."""
        needs = dict(self._rates.needs_pc)
        needs[_REST] = max(0.0, 100 - sum(needs.values()))
        [need] = life.random.choices([*needs], [*needs.values()])
        return need


def sizes(county: County) -> dict[str, float]:
    """Return how much an area would be, without making it: children and events."""
    sample = replace(county, scale=_sample(county))
    told = list(_Made(_played(sample)).lives())
    events = sum(s.received <= county.last for life in told for s in life.said)
    part = sample.scale / county.scale
    days = county.years * 252
    return {
        "children": round(len(told) / part),
        "events": round(events / part),
        "events_per_working_day": round(events / part / days),
    }


def _sample(county: County) -> float:
    """Return which part of an area is some ten thousand events."""
    return min(county.scale, 100 / county.area.published.requests)


def _played(county: County) -> County:
    """Return the county with a council, so that its numbers can be made."""
    area = county.area.model_copy(update={"dfe": county.area.dfe or "998"})
    return replace(county, area=area)

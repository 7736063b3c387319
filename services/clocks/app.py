"""Builds the clocks. The only module here that knows every other."""

from datetime import date, timedelta

from schemas import topics
from services.clocks import api, handlers
from services.clocks.settings import Settings
from services.runtime import children, ticking
from services.runtime.agreements import Contracts
from services.runtime.parts import Parts, Timer
from services.runtime.service import Service
from services.runtime.settings import Shared
from services.runtime.sums import Books


def main(shared: Shared) -> int:
    """Run the clocks until told to stop; return the exit code."""
    service = Service(shared, "clocks")
    contracts = Contracts(shared)
    settings = Settings()
    keeping = handlers.Keeping(service, contracts)
    digests = handlers.Digests(service, contracts, settings, keeping)

    async def tick_to(day: date) -> None:
        """Give the warnings of each day up to *day*, those of today included."""
        await keeping.read_so_far()
        await keeping.look_on(contracts.today)
        while contracts.today < day:
            contracts.set_today(contracts.today + timedelta(days=1))
            await keeping.look_on(contracts.today)

    look = Timer(settings.look_every_seconds, keeping.look)
    tell = Timer(settings.digest_every_seconds, digests.look)
    return service.run(
        Parts(
            name="clocks",
            writes=(topics.CLOCKS_CHANGED, topics.REFUSED),
            readers=(keeping.reader(),),
            take_back=handlers.take_back,
            timers=(Timer(2.0, contracts.refresh), look, tell),
            routers=(
                api.Door(service, contracts).router(),
                api.Owed(service, contracts).router(),
                ticking.router(service, contracts, tick_to),
            ),
            shared=("services.runtime.children",),
            books=Books((children.account("clocks"),)),
        )
    )

"""Builds the console. The only module here that knows every other."""

from typing import Final

from schemas import topics
from services.console import api, handlers, pages
from services.console.clients.watching import Watch
from services.console.settings import Settings
from services.console.store.desk import Desk
from services.console.store.ledger import FORGET_PLACES
from services.runtime import session, ticking
from services.runtime.agreements import Contracts
from services.runtime.parts import Parts, Timer
from services.runtime.service import Service
from services.runtime.settings import Shared

_HOUSE_SECONDS: Final = 3600.0


def main(shared: Shared) -> int:
    """Run the console until it is told to stop; return the exit code."""
    settings = Settings()
    service = Service(shared, "console")
    contracts = Contracts(shared)
    desk = Desk(service, contracts, settings)
    sessions = session.Sessions(service, contracts)
    watch = Watch(shared, settings.addresses)
    balancing = handlers.Balancing(desk, watch, settings.settle_seconds)
    return service.run(
        Parts(
            name="console",
            places=FORGET_PLACES,
            writes=topics.ALL,
            readers=(handlers.reader(),),
            timers=(
                Timer(2.0, contracts.refresh),
                Timer(_HOUSE_SECONDS, desk.keep_house),
                Timer(settings.balance_every_seconds, balancing.turn),
            ),
            routers=(
                api.Door(service, desk, watch, contracts, balancing).router(),
                pages.Page(desk, watch, contracts, sessions, balancing).router(),
                session.router(service, contracts),
                ticking.router(service, contracts),
            ),
        )
    )

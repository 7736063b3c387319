"""Builds identity. The only module here that knows every other."""

from typing import Final

from schemas import topics
from services.identity_linking import api, handlers
from services.identity_linking.settings import Settings
from services.runtime import ticking
from services.runtime.agreements import Contracts
from services.runtime.parts import Parts, Timer
from services.runtime.service import Service
from services.runtime.settings import Shared
from services.runtime.sums import Account, Books

_KEPT: Final = "SELECT event_id AS id, source FROM events"


def main(shared: Shared) -> int:
    """Run identity until it is told to stop; return the exit code."""
    service = Service(shared, "identity_linking")
    contracts = Contracts(shared)
    return service.run(
        Parts(
            name="identity_linking",
            writes=(topics.EVENTS_LINKED, topics.REFUSED),
            readers=(handlers.Linking(shared.key).reader(),),
            take_back=handlers.take_back,
            timers=(Timer(2.0, contracts.refresh),),
            routers=(
                api.Door(service, contracts, Settings()).router(),
                ticking.router(service, contracts),
            ),
            books=Books(
                (Account("identity-linking", topics.EVENTS_TRANSLATED, _KEPT),)
            ),
        )
    )

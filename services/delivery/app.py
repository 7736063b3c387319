"""Builds delivery. The only module here that knows every other."""

from typing import Final

from schemas import topics
from services.delivery import api, handlers
from services.delivery.settings import Settings
from services.runtime import children, ticking
from services.runtime.agreements import Contracts
from services.runtime.children import Children
from services.runtime.parts import Parts, Timer
from services.runtime.service import Service
from services.runtime.settings import Shared
from services.runtime.sums import Account, Books

_CLOCK_EVENTS: Final = Account(
    "delivery",
    topics.CLOCKS_CHANGED,
    "SELECT event_id AS id, 'urn:throughline:clocks' AS source FROM notices"
    " WHERE kind = 'clock'",
)


def main(shared: Shared) -> int:
    """Run delivery until it is told to stop; return the exit code."""
    service = Service(shared, "delivery")
    contracts = Contracts(shared)
    known = Children()
    feeds = api.Feeds(service, contracts, known, Settings())
    feeding = handlers.Feeding(contracts, known, feeds.tell)
    return service.run(
        Parts(
            name="delivery",
            writes=(topics.DELIVERIES_ATTEMPTED, topics.REFUSED),
            readers=(feeding.reader(),),
            take_back=handlers.take_back,
            timers=(Timer(2.0, contracts.refresh),),
            routers=(feeds.router(), ticking.router(service, contracts)),
            shared=("services.runtime.children",),
            books=Books((children.account("delivery"), _CLOCK_EVENTS)),
        )
    )

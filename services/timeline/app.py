"""Builds the timeline. The only module here that knows every other."""

from schemas import topics
from services.runtime import children, session, ticking
from services.runtime.agreements import Contracts
from services.runtime.parts import Parts, Timer
from services.runtime.service import Service
from services.runtime.settings import Shared
from services.runtime.sums import Books
from services.timeline import api, handlers
from services.timeline.pages import Pages
from services.timeline.store.reading import Reading


def main(shared: Shared) -> int:
    """Run the timeline until it is told to stop; return the exit code."""
    service = Service(shared, "timeline")
    contracts = Contracts(shared)
    reading = Reading(service, contracts)
    pages = Pages(reading, session.Sessions(service, contracts))
    return service.run(
        Parts(
            name="timeline",
            writes=(topics.REFUSED,),
            readers=(handlers.reader(),),
            timers=(Timer(2.0, contracts.refresh),),
            routers=(
                api.router(service, reading),
                session.router(service, contracts),
                pages.router(),
                ticking.router(service, contracts),
            ),
            shared=("services.runtime.children",),
            books=Books((children.account("timeline"),)),
        )
    )

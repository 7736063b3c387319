"""Builds the timeline. The only module here that knows every other."""

from schemas import topics
from services.runtime.agreements import Contracts
from services.runtime.service import Parts, Service, Timer
from services.runtime.settings import Shared
from services.timeline import api, handlers


def main(shared: Shared) -> int:
    """Run the timeline until it is told to stop; return the exit code."""
    service = Service(shared, "timeline")
    reading = api.Reading(service, Contracts(shared))
    return service.run(
        Parts(
            name="timeline",
            writes=(topics.REFUSED,),
            readers=(handlers.reader(),),
            timers=(Timer(2.0, reading.contracts.refresh),),
            routers=(api.router(service, reading),),
        )
    )

"""Builds the health gateway. The only module here that knows every other."""

from schemas import topics
from services.health_gateway import api, handlers
from services.health_gateway.clients import Mailbox
from services.health_gateway.settings import Settings
from services.health_gateway.store import mesh
from services.health_gateway.store.table_files import TableFiles
from services.runtime.agreements import Contracts
from services.runtime.intake import counting, restoring
from services.runtime.intake.scope import Scope
from services.runtime.parts import Parts, Timer
from services.runtime.service import Service
from services.runtime.settings import Shared


def main(shared: Shared) -> int:
    """Run the health gateway until it is told to stop; return the exit code."""
    service = Service(shared, "health_gateway")
    scope, files = Scope(service), TableFiles(service)
    translating = handlers.translator(shared.key, files)
    readers = handlers.readers(translating)
    contracts = Contracts(shared)
    trial = api.Validation(service, files, contracts)
    settings = Settings()
    door = api.Door(service, settings, files, scope)
    again = api.Retranslation(
        service, contracts, files, translating, handlers.translated
    )
    reading = api.Reading(files, scope, mesh(shared.contracts))
    mailbox = settings.mesh_url and api.Polling(
        service, Mailbox(settings), reading, settings.mesh_poll_seconds
    )
    return service.run(
        Parts(
            name="health_gateway",
            writes=(topics.HEALTH_INBOUND, topics.EVENTS_TRANSLATED, topics.REFUSED),
            readers=readers,
            take_back=restoring.taking_back(readers[0]),
            timers=(
                *(Timer(2.0, one.refresh) for one in (scope, contracts, files)),
                *([mailbox.timer] if mailbox else []),
            ),
            routers=(
                trial.router(),
                again.router(),
                door.router(),
                scope.router(contracts),
            ),
            shared=("services.runtime.intake",),
            told=api.told,
            books=counting.books("health-gateway", topics.HEALTH_INBOUND),
        )
    )

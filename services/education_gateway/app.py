"""Builds the education gateway. The only module here that knows every other."""

from schemas import topics
from services.education_gateway import api, handlers
from services.education_gateway.api.folder import Folder
from services.education_gateway.api.taking import Files
from services.education_gateway.clients import Others
from services.education_gateway.pages import OwedPages, Pages
from services.education_gateway.settings import Settings
from services.education_gateway.store.arriving import Arriving
from services.education_gateway.store.mappings import Mappings
from services.education_gateway.store.narrowing import Narrowing
from services.education_gateway.store.reporting import Reporting
from services.runtime import session, ticking
from services.runtime.agreements import Contracts
from services.runtime.intake import counting, restoring
from services.runtime.intake.scope import Scope
from services.runtime.parts import Parts, Timer
from services.runtime.service import Service
from services.runtime.settings import Shared


def main(shared: Shared) -> int:
    """Run the education gateway until it is told to stop; return the exit code."""
    service = Service(shared, "education_gateway")
    settings, contracts = Settings(), Contracts(shared)
    scope, mappings = Scope(service), Mappings(shared.contracts)
    narrowing, reporting = Narrowing(service, scope), Reporting(service, contracts)
    arriving = Arriving(service, contracts, mappings, narrowing)
    files = Files(service, settings, mappings, narrowing)
    door = api.Door(service, settings, scope, reporting, contracts)
    file_door = api.FileDoor(service, settings, arriving, reporting)
    trial = api.Validation(service, settings, contracts)
    pages = Pages(service, session.Sessions(service, contracts), arriving, reporting)
    folder = settings.folder and Folder(
        settings.folder, arriving, settings.most_file_bytes
    )
    forms = OwedPages(service, contracts, Others(shared, settings), door.take)
    readers = handlers.readers(shared.key)
    return service.run(
        Parts(
            name="education_gateway",
            writes=(topics.EDUCATION_INBOUND, topics.EVENTS_TRANSLATED, topics.REFUSED),
            readers=readers,
            take_back=restoring.taking_back(readers[0]),
            timers=(
                door.unpacking,
                files.timer,
                Timer(2.0, contracts.refresh),
                Timer(2.0, scope.refresh),
                *([folder.timer] if folder else []),
            ),
            routers=(
                door.router(),
                file_door.router(),
                trial.router(),
                scope.router(contracts),
                ticking.router(service, contracts),
                session.router(service, contracts),
                pages.router(),
                forms.router(),
            ),
            shared=("services.runtime.intake", "services.runtime.snapshots"),
            books=counting.books("education-gateway", topics.EDUCATION_INBOUND),
        )
    )

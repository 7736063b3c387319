"""
Parsers under coverage-guided fuzzing: `python -m tests.fuzz.parsers TARGET CORPUS [OPTIONS]`.

OPTIONS are libFuzzer's. Whatever bytes come, a parser returns or refuses; anything else
ends the process with the input beside it. It begins with good bodies of each kind, and
with what an earlier run has left in CORPUS.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["services", "schemas"]):
    from schemas.errors import Refused
    from services.education_gateway.api.events import parsed, written
    from services.education_gateway.translate import to_statement
    from services.education_gateway.translate.files.layout import BrokenFileError
    from services.health_gateway.rules import Media
    from services.health_gateway.translate import Asked, submission, withdrawn
    from services.health_gateway.translate.notices import Notifier, noticed
    from tests.support import school_files
    from tests.support.fhir import heard

FILES: Final = Path(__file__).parents[2] / "tests" / "golden" / "health"
_COUNCIL: Final = "urn:dfe:la:931"
_XML: Final = (
    b'<ServiceRequest xmlns="http://hl7.org/fhir"><id value="s1"/>'
    b'<status value="active"/><intent value="order"/>'
    b'<subject><reference value="Patient/p1"/></subject></ServiceRequest>'
)
_EVENT: Final = (
    b'{"specversion":"1.0","id":"E-1","source":"urn:dfe:la:931","type":'
    b'"ehcna.advice_requested.v1","occurred":"2026-03-02","data":{"person":'
    b'{"local_id":"P88"},"body":"urn:ods:RNU","sent_on":"2026-03-02"}}'
)


def fhir_json(body: bytes) -> None:
    """Read *body* as the FHIR door does."""
    submission(body, heard(), Asked())


def fhir_xml(body: bytes) -> None:
    """Read *body* as the FHIR door reads XML."""
    submission(body, heard(), Asked(), media=Media.XML)


def fhir_address(body: bytes) -> None:
    """Read *body* as the address of a record to take back."""
    kind, _, own = body.decode("utf-8", "replace").partition("/")
    withdrawn(Asked("DELETE", kind, own), heard())


def notices(body: bytes) -> None:
    """Read *body* as a mailbox does, by what it looks like."""
    notifier = Notifier.NEMS if body.lstrip().startswith(b"<") else Notifier.MNS
    noticed(body, heard(), notifier)


def events(body: bytes) -> None:
    """Read *body* as the door for events does."""
    for place, event in enumerate(parsed(body, most=5_000)):
        written(event)
        to_statement(event, sender=_COUNCIL, place=place)


def files(body: bytes) -> None:
    """Read *body* as a file of a feed."""
    school_files.judged(school_files.read(school_files.part(body)))


TARGETS: Final[dict[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]]] = {
    "fhir_json": (
        fhir_json,
        tuple(path.read_bytes() for path in sorted(FILES.glob("*.fhir.json"))),
    ),
    "fhir_xml": (fhir_xml, (_XML,)),
    "fhir_address": (fhir_address, (b"Patient/p1",)),
    "notices": (
        notices,
        tuple(path.read_bytes() for path in sorted(FILES.glob("*.[mn]*s.*"))),
    ),
    "events": (events, (_EVENT, b"[" + _EVENT + b"]")),
    "files": (files, (school_files.csv_of([school_files.pupil(1)]),)),
}
"""What is fuzzed, and what it begins with."""
EVERY: Final = "every"
"""All of them in one process: the first byte chooses."""


def borne(target: str, body: bytes) -> None:
    """Return if *target* reads or refuses *body*."""
    try:
        TARGETS[target][0](body)
    except (Refused, BrokenFileError) as refused:
        assert str(refused)


def chosen(body: bytes) -> None:
    """Return if the target that the first byte chooses reads or refuses the others."""
    names = sorted(TARGETS)
    if body:
        borne(names[body[0] % len(names)], body[1:])


def begun(target: str, corpus: Path) -> Path:
    """Write into *corpus* what *target* begins with; return it."""
    corpus.mkdir(parents=True, exist_ok=True)
    for nth, name in enumerate(sorted(TARGETS)):
        own = (
            (bytes([nth]) if target == EVERY else b"")
            if target in {name, EVERY}
            else None
        )
        for place, seed in enumerate(TARGETS[name][1] if own is not None else ()):
            (corpus / f"{name}-{place}").write_bytes((own or b"") + seed)
    return corpus


def main(target: str, corpus: str, options: list[str]) -> None:
    """Fuzz *target*, keeping what leads further in *corpus*; the process ends with it."""
    folder = begun(target, Path(corpus))
    one = chosen if target == EVERY else partial(borne, target)
    atheris.Setup([target, *options, str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])

"""Pairs of files: what a publisher sends, and what becomes of it."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from services.health_gateway.rules import Media
from services.health_gateway.translate import Asked, Submission, submission
from services.health_gateway.translate.notices import Notifier, noticed
from tests.support.fhir import heard

FOLDER: Final = Path(__file__).parents[1] / "golden" / "health"


def inputs() -> list[Path]:
    """Return every input of the folder."""
    forms = ("*.fhir.json", "*.fhir.xml", "*.mns.json", "*.nems.xml")
    return sorted(path for form in forms for path in FOLDER.glob(form))


def content(path: Path) -> Submission:
    """Return what an input says: a request's body, or a national service's notice."""
    body, form = path.read_bytes(), path.suffixes[0].removeprefix(".")
    if form in {"mns", "nems"}:
        return noticed(body, heard(), Notifier(form))
    media = Media.XML if path.suffix == ".xml" else Media.JSON
    return submission(body, heard(), Asked(), media=media)


def beside(path: Path) -> Path:
    """Return the file that says what is expected of an input."""
    return path.with_name(path.name.partition(".")[0] + ".events.json")


def expected(path: Path) -> dict[str, Any]:
    """Return what becomes of an input today, in the form of the second file."""
    found = content(path)
    return {
        "warnings": list(found.warnings),
        "events": [
            {
                "place": said.place,
                "type": said.type,
                "occurred": said.occurred,
                "occurredprecision": said.occurredprecision,
                "sourcerecord": said.sourcerecord,
                "sourceversion": said.sourceversion,
                "sensitivity": said.sensitivity,
                "person": _listed(said.person),
                "data": dict(said.data),
                "flags": list(said.flags),
            }
            for piece in found.pieces
            for said in piece.statements
            if not (said.mark and said.mark.only_after)
        ],
    }


def _listed(person: Any) -> dict[str, Any]:
    """Return the person as JSON would read it back."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in person.items()}


def main(names: list[str]) -> None:
    """Write what is said today beside each input named, for a person to read."""
    for path in inputs():
        if not names or path.name.partition(".")[0] in names:
            said = expected(path)
            text = json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False)
            beside(path).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Pairs of files: what a publisher sends, and what becomes of it."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from services.health_gateway.rules import Media
from services.health_gateway.translate import Asked, submission
from tests.support.fhir import heard

FOLDER: Final = Path(__file__).parents[1] / "golden" / "health"


def inputs() -> list[Path]:
    """Return every input of the folder."""
    return sorted(FOLDER.glob("*.fhir.*"))


def beside(path: Path) -> Path:
    """Return the file that says what is expected of an input."""
    return path.with_name(path.name.partition(".")[0] + ".events.json")


def expected(body: bytes, media: Media = Media.JSON) -> dict[str, Any]:
    """Return what becomes of *body* today, in the form of the second file."""
    found = submission(body, heard(), Asked(), media=media)
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
            media = Media.XML if path.suffix == ".xml" else Media.JSON
            said = expected(path.read_bytes(), media)
            text = json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False)
            beside(path).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

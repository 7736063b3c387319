"""
Pairs of files: what a publisher sends, and what becomes of it.

Beside them stands by which version of the mapping that was so: what says something else
of the same input is another version.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from services.health_gateway.rules import Media
from services.health_gateway.translate import Asked, Submission, submission
from services.health_gateway.translate.notices import Notifier, noticed
from tests.support.bars import SENDER
from tests.support.fhir import TABLES, heard

READINGS: Final = Path(__file__).parents[1] / "golden" / "readings.json"
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


def digests() -> dict[str, str]:
    """Return the SHA-256 of what is expected of each input, by its name."""
    return {
        path.name.partition(".")[0]: hashlib.sha256(
            beside(path).read_bytes()
        ).hexdigest()
        for path in inputs()
    }


def same_version_says_otherwise(readings: dict[str, Any]) -> list[str]:
    """Return the inputs of which the version in *readings* was to say something else."""
    now = digests() if readings["version"] == TABLES.version(SENDER) else {}
    return [
        name for name, then in readings["pairs"].items() if now.get(name, then) != then
    ]


def write_readings() -> None:
    """Write down what today's version says; it must not say otherwise than before."""
    known = json.loads(READINGS.read_text()) if READINGS.exists() else None
    if known and (wrong := same_version_says_otherwise(known)):
        sys.exit(f"{', '.join(wrong)}: raise READING in translate/tables.py first")
    said = {"version": TABLES.version(SENDER), "pairs": digests()}
    READINGS.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")


def main(names: list[str]) -> None:
    """Write what is said today beside each input named, for a person to read."""
    for path in inputs():
        if not names or path.name.partition(".")[0] in names:
            said = expected(path)
            text = json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False)
            beside(path).write_text(text + "\n", encoding="utf-8")
    write_readings()


if __name__ == "__main__":
    main(sys.argv[1:])

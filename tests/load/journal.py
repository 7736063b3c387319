"""
The journal: what was acknowledged, one JSON object a line, written as it happens.

A checker reads it later, in another process. `line` says what a line is: `child`,
`acknowledged` or `given_up`.
"""

from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from tests.load.children import Child
from tests.load.plan import Sent
from tests.load.records import Draft


class Journal:
    """Appends lines; each is in the file before the next request goes out."""

    def __init__(self, path: Path) -> None:
        """Begin the file at *path* anew."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb", buffering=0)
        self._acknowledged = 0

    def __enter__(self) -> Self:
        """Return the open journal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def child(self, child: Child) -> None:
        """Write how a reader may ask for *child*."""
        known = asdict(child)
        words = ("number", "nhs_number", "upn", "date_of_birth")
        self._write("child", {word: known[word] for word in words})

    def acknowledged(self, sent: Sent, answer: dict[str, Any]) -> None:
        """Write that a door took *sent*, and what it answered."""
        self._acknowledged += 1
        statuses = {item["place"]: item["status"] for item in answer.pop("items", ())}
        records = [
            _record(place, draft) | {"status": statuses.get(place, "accepted")}
            for place, draft in enumerate(sent.drafts)
        ]
        head = {"number": self._acknowledged, "records": records}
        self._write("acknowledged", _request(sent) | answer | head)

    def given_up(self, sent: Sent, status: int | None) -> None:
        """Write that no door took *sent*, and the last status that was heard."""
        records = [_record(place, draft) for place, draft in enumerate(sent.drafts)]
        rest = {"status": status, "records": records}
        self._write("given_up", _request(sent) | rest)

    def _write(self, line: str, rest: dict[str, Any]) -> None:
        """Append one line."""
        self._file.write(orjson.dumps({"line": line} | rest) + b"\n")


def _request(sent: Sent) -> dict[str, Any]:
    """Return what identifies a request."""
    words = ("request_id", "sender", "door", "doubled")
    return {word: getattr(sent, word) for word in words}


def _record(place: int, draft: Draft) -> dict[str, Any]:
    """Return what identifies a record and what a reader should see of it."""
    record = asdict(draft)
    record.pop("data")
    return {"place": place} | record

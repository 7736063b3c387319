"""Reads the journal that a load wrote, one JSON object a line."""

import json
from collections.abc import Iterable
from typing import Any

from tests.checker.evidence import Acknowledgement, Journal, Known, Record


def read(lines: Iterable[str]) -> Journal:
    """Return the journal; a last line that was cut short was never acknowledged."""
    children: list[Known] = []
    acknowledged: list[Acknowledgement] = []
    given_up: list[Record] = []
    for line in _whole(lines):
        match line.pop("line"):
            case "child":
                children.append(Known(**line))
            case "acknowledged":
                acknowledged.append(_acknowledgement(line))
            case "given_up":
                given_up.extend(Record(**record) for record in line["records"])
    return Journal(tuple(children), tuple(acknowledged), tuple(given_up))


def _whole(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Yield the objects of the lines that were written to their end."""
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _acknowledgement(line: dict[str, Any]) -> Acknowledgement:
    """Return one acknowledgement."""
    return Acknowledgement(
        number=line["number"],
        request_id=line["request_id"],
        sender=line["sender"],
        door=line["door"],
        message_ref=line["message_ref"],
        records=tuple(Record(**record) for record in line["records"]),
    )

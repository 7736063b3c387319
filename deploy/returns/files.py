"""A return as files: COLLECT's nine tables as CSV, and the same as XML."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from deploy.returns.tables import (
    PARENTS,
    TABLES,
    Collection,
    Return,
    Row,
    cell_of,
    day_in,
)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_ELEMENTS: Final[Mapping[str, str]] = {
    "person": "Person",
    "requests": "Requests",
    "assessment": "Assessment",
    "namedplan": "NamedPlan",
    "plandetail": "PlanDetail",
    "activeplans": "ActivePlans",
    "placementdetail": "PlacementDetail",
    "senneed": "SENneed",
}
_ITEMS: Final[Mapping[str, str]] = {
    name.lower(): name
    for name in (
        *("Surname", "Forename", "PersonBirthDate", "Sex", "Ethnicity", "PostCode"),
        *("UPN", "UniqueLearnerNumber", "UPNunknown", "ReceivedDate", "RequestSource"),
        *("RYA", "RequestOutcomeDate", "RequestOutcome", "RequestMediation"),
        *("RequestTribunal", "Exported", "AssessmentOutcome", "AssessmentOutcomeDate"),
        *("AssessmentMediation", "AssessmentTribunal", "OtherMediation"),
        *("OtherTribunal", "Week20", "StartDate", "PlanRes", "PlanWBP", "PB", "OA"),
        *("DP", "CeaseDate", "CeaseReason", "URN", "UKPRN", "SENsetting"),
        *("SENsettingOther", "PlacementRank", "SENunitIndicator"),
        *("ResourcedProvisionIndicator", "TransferLA", "ReviewMeeting"),
        *("ReviewOutcome", "ReviewDraft", "LastReview", "PhaseTransferDueDate"),
        *("PhaseTransferFinalDate", "EntryDate", "LeavingDate", "RES", "WBP"),
        *("SENtype", "SENtypeRank"),
    )
}


def write(
    folder: Path,
    collection: Collection,
    made: Return,
    header: Mapping[str, str],
    at: datetime,
) -> list[Path]:
    """Write every file and return their paths; the folder is made where it is not."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"Blade-Export_{at:%d-%m-%Y}"
    head = {
        "sen2tableid": "1",
        "collection": "SEN2",
        "year": str(collection.year),
        "referencedate": cell_of(collection.reference),
        "lea": collection.council,
    }
    paths = [_table(folder / f"{stem}_sen2.csv", [head | dict(header)])]
    for name, items in TABLES.items():
        columns = (f"{PARENTS[name]}tableid", f"{name}tableid", *items)
        path = folder / f"{stem}_{name}.csv"
        paths.append(_table(path, made.rows[name], columns))
    xml = folder / f"SEN2_{collection.council}_{collection.year}.xml"
    tree = ElementTree(_message(collection, made, header, at))
    indent(tree)
    tree.write(xml, encoding="utf-8", xml_declaration=True)
    return [*paths, xml]


def _table(path: Path, rows: list[Row], columns: tuple[str, ...] = ()) -> Path:
    """Write one table."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns or tuple(rows[0]))
        writer.writeheader()
        writer.writerows({k: plain(v) for k, v in row.items()} for row in rows)
    return path


def plain(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _message(
    collection: Collection, made: Return, header: Mapping[str, str], at: datetime
) -> Element:
    """Return the return as XML nests it."""
    message = Element("Message")
    _header(SubElement(message, "Header"), collection, header, at)
    below = _below(made)
    persons = SubElement(message, "Persons")
    for row in made.rows["person"]:
        _element(persons, "person", row, below)
    return message


def _header(
    head: Element, collection: Collection, header: Mapping[str, str], at: datetime
) -> None:
    """Fill the header."""
    details = SubElement(head, "CollectionDetails")
    source = SubElement(head, "Source")
    named = {
        details: {
            "Collection": "SEN2",
            "Year": str(collection.year),
            "ReferenceDate": collection.reference.isoformat(),
        },
        source: {
            "SourceLevel": "L",
            "LEA": collection.council,
            "SoftwareCode": "Throughline",
            "SerialNo": "1",
            "DateTime": at.strftime("%Y-%m-%dT%H:%M:%S"),
        },
        head: {name.upper(): said for name, said in header.items()},
    }
    for parent, members in named.items():
        for name, said in members.items():
            SubElement(parent, name).text = said


def _below(made: Return) -> Mapping[tuple[str, str], list[tuple[str, Row]]]:
    """Return the rows under each row, in the order of the modules."""
    found: defaultdict[tuple[str, str], list[tuple[str, Row]]] = defaultdict(list)
    for name in TABLES:
        for row in made.rows[name]:
            parent = PARENTS[name]
            found[parent, row[f"{parent}tableid"]].append((name, row))
    return found


def _element(
    parent: Element,
    name: str,
    row: Row,
    below: Mapping[tuple[str, str], list[tuple[str, Row]]],
) -> None:
    """Add a record with all that hangs on it."""
    element = SubElement(parent, _ELEMENTS[name])
    for item, said in _said(name, row):
        SubElement(element, item).text = said
    for child, under in below.get((name, row[f"{name}tableid"]), ()):
        _element(element, child, under, below)


def _said(name: str, row: Row) -> Iterator[tuple[str, str]]:
    """Yield the items that a record has, dates as XML writes them."""
    for item in TABLES[name]:
        if row[item]:
            day = day_in(row[item]) if row[item].endswith(" 00:00:00") else None
            yield _ITEMS[item], day.isoformat() if day else row[item]

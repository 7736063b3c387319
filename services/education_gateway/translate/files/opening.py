"""What a delivery of files is, judged by its content, and its records one by one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Final

from services.education_gateway.translate.files import (
    census,
    children_in_need,
    markup,
    sen2,
    text_rows,
    transfer,
    workbook,
)
from services.education_gateway.translate.files.cells import day
from services.education_gateway.translate.files.layout import (
    BadCellError,
    BrokenFileError,
    Finding,
    Layout,
    Raw,
)
from services.education_gateway.translate.files.mapping import CaseMapping, layout_of
from services.education_gateway.translate.files.recognising import (
    NAME_IT,
    NO_TABLE,
    UNREAD,
    complete,
    recognised,
    spelt,
)

DOCUMENTS: Final = {
    "sen2": (sen2.LAYOUT, sen2.SHAPE),
    "cin": (children_in_need.LAYOUT, children_in_need.SHAPE),
}
"""Returns that come as XML, by what their header calls the collection."""
_EXPORTED: Final = re.compile(r"Blade-Export_(\d{2})-(\d{2})-(\d{4})", re.ASCII)
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_BLANKS: Final = b" \t\r\n\xef\xbb\xbf\xff\xfe\x00"
_NO_KIND: Final = "is no file that this gateway reads"
_WHAT_TO_DO: Final = (
    "Send SEN2 or school census COLLECT CSV, SEN2, CTF or children in need XML, a "
    "crosswalk, or a case system's export in a feed that has a mapping."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a delivery."""

    name: str
    stream: BinaryIO


@dataclass(slots=True)
class Opened:
    """One file, with what it is known to be."""

    index: int
    part: Part
    layout: Layout
    form: str
    """`text`, `workbook` or `xml`."""
    table: str = ""
    """Of text and sheets: the table that it is."""
    encoding: str = "utf-8"
    as_at: date | None = None
    remarks: list[Finding] = field(default_factory=list)
    mapping: CaseMapping | None = None

    def records(self) -> Iterator[Raw]:
        """Yield its records in order; raises BrokenFileError where it cannot be read on."""
        if self.form == "xml":
            yield from _documented(self)
        else:
            yield from _tabled(self)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Files that came together and are one snapshot."""

    layout: Layout
    files: tuple[Opened, ...]
    """In an order in which whom a record is about comes first."""
    left_out: tuple[int, ...]
    """Numbers of files that are none of the layout's tables."""

    @property
    def remarks(self) -> list[tuple[int, Finding]]:
        """What is doubtful about files as such: number of the file, and why."""
        said = [(one.index, remark) for one in self.files for remark in one.remarks]
        return said + [(index, UNREAD) for index in self.left_out]

    @property
    def as_at(self) -> date | None:
        """Day of which the files say that they speak, if they do."""
        return next((one.as_at for one in self.files if one.as_at), None)


def form_of(head: bytes) -> str:
    """Return `xml`, `zip` or `text` by how a file begins."""
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        return "zip"
    return "xml" if head.lstrip(_BLANKS).startswith(b"<") else "text"


def delivery(parts: Sequence[Part], mapping: CaseMapping | None = None) -> Delivery:
    """Return what *parts* are, all of one kind; raises BrokenFileError."""
    opened, left_out, spoken = [], list[int](), None
    for index, part in enumerate(parts):
        one = _opened(index, part, mapping)
        if isinstance(one, Opened):
            opened.append(one)
        else:
            spoken = spoken or one
            left_out += [] if one else [index]
    if not opened and spoken:
        rule = "holds the header of a SEN2 return and none of its tables"
        raise BrokenFileError(rule, remedy="Send its tables with it.")
    if not opened:
        raise BrokenFileError(NO_TABLE, where="headings", remedy=NAME_IT)
    layout = opened[0].layout
    if any(one.layout is not layout for one in opened):
        raise BrokenFileError(
            "holds files of several kinds", remedy="Send each kind by itself."
        )
    for one in opened:
        one.as_at = one.as_at or spoken or _named_day(one.part.name)
    order = list(layout.tables)
    opened.sort(key=lambda one: (_rank(order, one.table), one.index))
    return Delivery(layout, tuple(opened), tuple(left_out))


def _rank(order: list[str], table: str) -> int:
    """Return when a table is read: leavers before those on roll, parents first."""
    if table == census.GONE:
        return -1
    return order.index(table) if table in order else 0


def _opened(
    index: int, part: Part, mapping: CaseMapping | None
) -> Opened | date | None:
    """Return a file as what it is; of a return's header the day; else None."""
    part.stream.seek(0)
    head = part.stream.read(4096)
    form = form_of(head)
    if not head.strip(_BLANKS):
        raise BrokenFileError(
            "is empty", where=part.name, remedy="Send the file again."
        )
    if form == "xml":
        return _document(index, part)
    return _table(index, part, "workbook" if form == "zip" else "text", mapping)


def _document(index: int, part: Part) -> Opened:
    """Return an XML file as what it is; raises BrokenFileError."""
    root = markup.root_of(part.stream)
    header = markup.header_of(part.stream)
    if root == "ctfile":
        layout = transfer.LAYOUT
    else:
        said = header.get("collectiondetails.collection", "").lower()
        known = next((kind for kind in DOCUMENTS if said.startswith(kind)), None)
        if known is None:
            raise BrokenFileError(_NO_KIND, where="line 1", remedy=_WHAT_TO_DO)
        layout = DOCUMENTS[known][0]
    return Opened(index, part, layout, "xml", as_at=_spoken(header))


def _spoken(header: Mapping[str, str]) -> date | None:
    """Return the day of which a header says that the file speaks."""
    for name in ("collectiondetails.referencedate", "header.datetime"):
        try:
            return date.fromisoformat(day(header.get(name, "")))
        except BadCellError:
            continue
    return None


def _table(
    index: int, part: Part, form: str, mapping: CaseMapping | None
) -> Opened | date | None:
    """Return separated text or a sheet as the table that it is."""
    encoding = text_rows.encoding_of(part.stream) if form == "text" else "utf-8"
    blank = Opened(index, part, sen2.LAYOUT, form, encoding=encoding, mapping=mapping)
    names, lines = _begun(blank)
    if mapping:
        blank.layout, blank.table = layout_of(mapping), mapping.mapping
    elif found := recognised(names):
        blank.layout, blank.table = found
    elif {"collection", "referencedate"} <= set(names):
        return _header_row(names, lines)
    else:
        return None
    table = blank.layout.table(blank.table)
    complete(names, table, part.name, mapped=mapping is not None)
    if encoding == "cp1252":
        rule = "was read as Windows-1252"
        remedy = "Save it as UTF-8 if names look wrong."
        blank.remarks.append(Finding("", rule, remedy, warning=True))
    return blank


def _header_row(names: list[str], lines: Iterator[text_rows.Line]) -> date | None:
    """Return the day of the header that SEN2 keeps in a file of its own."""
    _, cells = next(lines, (0, []))
    values, broken = text_rows.values_of(names, cells)
    if broken:
        where, remedy = "the header of the return", "Export it again, whole."
        raise BrokenFileError(text_rows.CUT_OFF, where=where, remedy=remedy)
    try:
        return date.fromisoformat(day(values.get("referencedate", "")))
    except BadCellError:
        return None


def _begun(one: Opened) -> tuple[list[str], Iterator[text_rows.Line]]:
    """Return the names of the columns, and the rows after the heading."""
    mapping = one.mapping
    if one.form == "workbook":
        lines = workbook.lines(one.part.stream, mapping.sheet if mapping else None)
    else:
        delimiter = mapping.delimiter if mapping else None
        lines = text_rows.lines(one.part.stream, one.encoding, delimiter)
    wanted = mapping.header_row if mapping else 1
    for number, cells in lines:
        if number >= wanted:
            names = text_rows.heading_of(cells, where=f"row {number}")
            if one.form == "workbook":
                lines = workbook.filled(lines, len(names))
            return names if mapping else spelt(names), lines
    raise BrokenFileError(
        "holds no rows", where=one.part.name, remedy="Send the file again."
    )


def _tabled(one: Opened) -> Iterator[Raw]:
    """Yield the rows of a table."""
    names, lines = _begun(one)
    last: Raw | None = None
    said = {"remedy": workbook.BESIDE} if one.form == "workbook" else {}
    for number, cells in lines:
        if last:
            yield last
        values, broken = text_rows.values_of(names, cells, **said)
        last = Raw(one.table, number, values, broken)
    if one.form == "text":
        last = text_rows.ended(last, one.part.stream)
    if last:
        yield last


def _documented(one: Opened) -> Iterator[Raw]:
    """Yield the records of an XML file."""
    if one.layout is transfer.LAYOUT:
        header = markup.header_of(one.part.stream)
        for raw in markup.records(one.part.stream, shape_of(one), header):
            yield Raw(raw.table, raw.row, _spelt(raw.values, transfer.SPELLINGS))
        return
    for raw in markup.records(one.part.stream, shape_of(one), {}):
        yield Raw(raw.table, raw.row, _spelt(raw.values, sen2.SPELLINGS))


def shape_of(one: Opened) -> markup.Shape:
    """Return how the records of an XML file nest."""
    known = {id(layout): shape for layout, shape in DOCUMENTS.values()}
    return known.get(id(one.layout), transfer.SHAPE)


def _spelt(values: Mapping[str, str], spellings: Mapping[str, str]) -> dict[str, str]:
    """Return the leaves of a record under the names that we know."""
    said = dict(values)
    for other, name in spellings.items():
        if other in said:
            said.setdefault(name, said[other])
    return said


def _named_day(name: str) -> date | None:
    """Return the day in the name that COLLECT gives its exports."""
    found = _EXPORTED.search(name)
    if found is None:
        return None
    of_month, month, year = map(int, found.groups())
    try:
        return date(year, month, of_month)
    except ValueError:
        return None

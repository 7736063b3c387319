"""A copy of a file without some of its records: nothing of those is in it."""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from typing import BinaryIO, Final

from schemas.statement import Statement
from services.education_gateway.translate.files import (
    markup,
    opening,
    text_rows,
    workbook,
)
from services.education_gateway.translate.files.layout import Table
from services.education_gateway.translate.files.opening import Opened
from services.education_gateway.translate.files.rows import Judged
from services.education_gateway.translate.files.telling import Speaker, events
from services.runtime.snapshots.comparing import compared

_END: Final = "\r\n"


def cut(opened: Opened, keep: Collection[int], out: BinaryIO) -> None:
    """
    Write a file to *out* with the records whose rows are in *keep* alone.

    A table is written as text in UTF-8, an empty line in place of each row that is left
    out, so that rows keep their numbers. XML loses the elements, and each that is behind
    them says its number.
    """
    if opened.form == "xml":
        out.write(markup.pruned(opened.part.stream, opening.shape_of(opened), keep))
        return
    text = io.TextIOWrapper(out, "utf-8", newline="")
    mapping = opened.mapping
    writer = csv.writer(
        text, delimiter=(mapping and mapping.delimiter) or ",", lineterminator=_END
    )
    written = 0
    for number, cells in _kept(opened, keep):
        text.write(_END * (number - written - 1))
        writer.writerow(cells)
        written = number
    text.detach()


def _kept(opened: Opened, keep: Collection[int]) -> Iterator[text_rows.Line]:
    """Yield the rows up to the heading, then those that are kept."""
    mapping = opened.mapping
    if opened.form == "workbook":
        lines = workbook.lines(opened.part.stream, mapping.sheet if mapping else None)
    else:
        said = mapping.delimiter if mapping else None
        lines = text_rows.lines(opened.part.stream, opened.encoding, said)
    heading = mapping.header_row if mapping else 1
    for number, cells in lines:
        yield number, cells
        if number >= heading:
            if opened.form == "workbook":
                lines = workbook.filled(lines, len(cells))
            yield from (row for row in lines if row[0] in keep)


def statements(said: Judged, table: Table, speaker: Speaker) -> Sequence[Statement]:
    """Return what scope rules judge of one record; nothing where it is about nobody."""
    person = said.about.get("person")
    if not person:
        return ()
    told = list(_data(said, table, speaker)) or [{}]
    return [
        Statement(said.raw.row, "", "", "day", "", 0, person, data) for data in told
    ]


def _data(said: Judged, table: Table, speaker: Speaker) -> Iterator[dict[str, object]]:
    """Yield the data of the events that a record would make, were it new."""
    if said.row and (change := compared(said.row, None).change):
        for _, event in events(change, table, speaker):
            yield {k: v for k, v in event["data"].items() if k != "person"}

"""Separated text as the field writes it: whatever delimiter, encoding, column order."""

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, Final, TextIO

from services.education_gateway.translate.files.layout import (
    BrokenFileError,
    Finding,
    Raw,
)

_CHUNK: Final = 1 << 20
_DELIMITERS: Final = ",;\t|"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WINDOWS: Final = "cp1252"
_SAID: Final = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""A line before the heading that says to spreadsheets what separates."""
MOST_COLUMNS: Final = 1000
_RAGGED: Final = "Check for a missing or needless delimiter, or an open quotation mark."
CUT_OFF: Final = "ends in the middle of a row: it was cut off, so nothing was taken in"
_NO_END: Final = (
    "is the last row, and has no end of a line: the file may be cut off here"
)
_OPEN: Final = (
    "has a cell without an end: a quotation mark is not closed, or it was cut off there"
)
_CLOSE: Final = "Close it, or export the file again, whole."

Line = tuple[int, list[str]]
"""Row as a spreadsheet counts, and its cells."""


def encoding_of(stream: BinaryIO) -> str:
    """
    Return the encoding of *stream*: by its mark, else UTF-8, else Windows-1252.

    Raises BrokenFileError where it is none of them. Leaves the stream at its beginning.
    """
    stream.seek(0)
    head = stream.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _tried(stream, name) or _unreadable()
    return _tried(stream, "utf-8") or _tried(stream, _WINDOWS) or _unreadable()


def _tried(stream: BinaryIO, name: str) -> str | None:
    """Return *name* if all of the stream reads so; raises BrokenFileError for a NUL in it."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while chunk := stream.read(_CHUNK):
            if "\x00" in decoder.decode(chunk):
                raise BrokenFileError(
                    "holds NUL characters", remedy="Save it as text in UTF-8 again."
                )
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    finally:
        stream.seek(0)
    return name


def _unreadable() -> str:
    """Refuse a file in an encoding that nobody named."""
    rule = "is neither UTF-8 nor Windows-1252"
    raise BrokenFileError(rule, remedy="Save it as CSV in UTF-8.")


def lines(
    stream: BinaryIO, encoding: str, delimiter: str | None = None
) -> Iterator[Line]:
    """Yield every row that holds anything, the heading first; raises BrokenFileError."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, newline="")
    try:
        used, apart = _separator(text, delimiter)
        number, held = 0, list[str]()
        reader = csv.reader(_noted(text, held), delimiter=used)
        for number, cells in enumerate(reader, 1):
            if _is_open(held, used):
                raise BrokenFileError(_OPEN, where=f"row {number}", remedy=_CLOSE)
            held.clear()
            if number != apart and any(map(str.strip, cells)):
                yield number, cells
    except csv.Error:
        raise BrokenFileError(_OPEN, where=f"row {number + 1}", remedy=_CLOSE) from None
    finally:
        with contextlib.suppress(ValueError):  # nobody reads on, and it is closed
            text.detach()


def _separator(text: TextIO, delimiter: str | None) -> tuple[str, int]:
    """Return what separates the cells of *text*, and which row says nothing but that, or 0."""
    number, first = 1, text.readline(_CHUNK)
    while first and not first.strip():
        number, first = number + 1, text.readline(_CHUNK)
    text.seek(0)
    if said := _SAID.fullmatch(first.strip()):
        return delimiter or said[1], number
    return delimiter or delimiter_of(first), 0


def _noted(text: Iterable[str], held: list[str]) -> Iterator[str]:
    """Yield the lines of *text*, each noted in *held*."""
    for line in text:
        held.append(line)
        yield line


def _is_open(held: Sequence[str], delimiter: str) -> bool:
    """Return whether the lines of one row end within a quotation mark: the text is over."""
    if len(held) == 1 and held[0].count('"') % 2 == 0:
        return False
    try:
        list(csv.reader(held, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def delimiter_of(heading: str) -> str:
    """Return what separates the cells of *heading*: the commonest candidate."""
    return max(_DELIMITERS, key=heading.count)


def heading_of(cells: Sequence[str], *, where: str = "row 1") -> list[str]:
    """
    Return the names of the columns in small letters; raises BrokenFileError.

    One without a name is not read.
    """
    names = [cell.strip().lstrip("\ufeff").lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        rule = f"has more than {MOST_COLUMNS} columns"
        raise BrokenFileError(rule, where=where, remedy="Send one table.")
    named = [name for name in names if name]
    if len(set(named)) < len(named) or not named:
        rule = "names a column twice, or none"
        raise BrokenFileError(
            rule, where=where, remedy="Give each column a name of its own."
        )
    return names


def values_of(
    names: Sequence[str], cells: list[str], remedy: str = _RAGGED
) -> tuple[dict[str, str], Finding | None]:
    """Return the cells by column, and what is wrong with the row as such, with *remedy*."""
    extra = cells[len(names) :]
    if len(cells) < len(names) or any(cell.strip() for cell in extra):
        rule = f"has {len(cells)} cells where the heading has {len(names)}"
        broken = Finding("", rule, remedy)
    else:
        broken = None
    values = zip(names, cells, strict=False)
    return {name: cell.strip() for name, cell in values if name}, broken


def ended(last: Raw | None, stream: BinaryIO) -> Raw | None:
    """
    Return the last row of a table, if it has any.

    Raises BrokenFileError where that, or the heading that stands alone, has lost its end.
    """
    if not _is_cut_off(stream):
        return last
    if last is None or last.broken:
        where = f"row {last.row}" if last else "headings"
        remedy = "Export it again, whole."
        raise BrokenFileError(CUT_OFF, where=where, remedy=remedy)
    remedy = "Compare it with the export; send that again if it is longer."
    return replace(last, broken=Finding("", _NO_END, remedy, warning=True))


def _is_cut_off(stream: BinaryIO) -> bool:
    """Return whether *stream* does not end with a line's end."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 4))
    tail = stream.read(4)
    stream.seek(0)
    return not tail.rstrip(b"\x00").endswith((b"\n", b"\r"))

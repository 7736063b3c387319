"""XLSX workbooks: one sheet read row by row, and none that unpacks without end."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.education_gateway.translate.files.layout import BrokenFileError
from services.education_gateway.translate.files.text_rows import Line

MOST_UNPACKED: Final = 512 * 1024 * 1024
"""Bytes of all parts of a package together, unpacked."""
_MOST_SHARED: Final = 64 * 1024 * 1024
"""Bytes of the shared texts, which are held in memory."""
_MOST_PARTS: Final = 2000
_HIGHEST_RATIO: Final = 200
_SMALL: Final = 1024 * 1024
_HEAD: Final = 65_536
UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # which NotImplementedError is too
    ValueError,
)
"""What reading a part of a broken archive raises."""
_PART: Final = (
    "has a part that cannot be unpacked: it may have been cut off, or changed"
)
_WORKBOOK: Final = "xl/workbook.xml"
BESIDE: Final = "Give each column that is used a heading, or clear what stands beside."
"""What to do about a row that is longer than the heading."""


def package(stream: BinaryIO) -> zipfile.ZipFile:
    """Return an archive whose parts are of bearable size; raises BrokenFileError."""
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except UNREADABLE:
        rule = "is no whole archive: it may have been cut off"
        raise BrokenFileError(rule, remedy="Save the file again.") from None
    parts = archive.infolist()
    _no_shared_without_end(parts)
    unpacked = sum(part.file_size for part in parts)
    bombs = [part for part in parts if _is_bomb(part)]
    if len(parts) > _MOST_PARTS or unpacked > MOST_UNPACKED or bombs:
        rule = f"unpacks to more than {MOST_UNPACKED // 2**20} MB, or far too well"
        raise BrokenFileError(rule, remedy="Send a smaller file, or CSV.")
    if any(part.flag_bits & 1 for part in parts):
        raise BrokenFileError(
            "is protected by a password", remedy="Send it without one."
        )
    return archive


def _no_shared_without_end(parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a workbook whose texts, all held in memory at once, are too many."""
    shared = [one for one in parts if one.filename.endswith("sharedStrings.xml")]
    if any(one.file_size > _MOST_SHARED for one in shared):
        rule = f"holds more than {_MOST_SHARED // 2**20} MB of texts in its cells"
        raise BrokenFileError(rule, remedy="Save it as CSV, which may be longer.")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    """Return whether a part unpacks to something out of all proportion."""
    packed = max(1, part.compress_size)
    return part.file_size > _SMALL and part.file_size / packed > _HIGHEST_RATIO


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Return whether an archive is an XLSX workbook."""
    return _WORKBOOK in archive.namelist()


def lines(stream: BinaryIO, sheet: str | None = None) -> Iterator[Line]:
    """Yield the rows of a sheet, the first if none is named; raises BrokenFileError."""
    try:
        _no_doctype(package(stream))
    except BrokenFileError:
        raise
    except UNREADABLE:
        raise BrokenFileError(
            _PART, remedy="Save it as XLSX again, or as CSV."
        ) from None
    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, SyntaxError, *UNREADABLE):
        rule = "is no workbook that can be read"
        raise BrokenFileError(
            rule, remedy="Save it as XLSX again, or as CSV."
        ) from None
    try:
        yield from _sheet(book, sheet)
    except BrokenFileError:
        raise
    except (LookupError, TypeError, SyntaxError, *UNREADABLE):
        rule = "has a sheet that cannot be read to its end"
        raise BrokenFileError(
            rule, remedy="Save it as XLSX again, or as CSV."
        ) from None
    finally:
        book.close()


def _sheet(book: Any, sheet: str | None) -> Iterator[Line]:  # noqa: ANN401
    """Yield the rows of one sheet that hold anything."""
    names = book.sheetnames
    if sheet is not None and sheet not in names:
        raise BrokenFileError(
            "has no sheet of that name", where="sheet", remedy="Check it."
        )
    chosen = book[sheet] if sheet is not None else book.worksheets[0]
    chosen.reset_dimensions()
    for number, cells in enumerate(chosen.iter_rows(), 1):
        texts = [text_of(cell.value) for cell in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if texts:
            yield number, texts


def filled(rows: Iterator[Line], width: int) -> Iterator[Line]:
    """Yield *rows* with *width* cells at least: a sheet leaves out blanks at the end."""
    for number, cells in rows:
        yield number, cells + [""] * (width - len(cells))


def text_of(value: object) -> str:
    """Return a cell as text: dates as dates, whole numbers without a fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _no_doctype(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook one of whose parts declares a document type."""
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(_HEAD).replace(b"\x00", b"").upper():
                    rule = "has a document type declaration in one of its parts"
                    raise BrokenFileError(
                        rule, remedy="Save it as XLSX again, or as CSV."
                    )

"""Archives: the files in one, each in a nameless file of its own."""

import tempfile
import zipfile
from contextlib import ExitStack
from typing import Final

from services.education_gateway.store.deliveries import MOST_FILES
from services.education_gateway.translate.files import opening, workbook
from services.education_gateway.translate.files.layout import BrokenFileError
from services.education_gateway.translate.files.opening import Part

_COPY: Final = 1 << 20
_BESIDE: Final = frozenset({"thumbs.db", "desktop.ini"})


def unzipped(part: Part, held: ExitStack) -> list[Part]:
    """Return the files of an archive, open until *held* ends, or the file itself."""
    part.stream.seek(0)
    if opening.form_of(part.stream.read(8)) != "zip":
        return [part]
    archive = workbook.package(part.stream)
    if workbook.is_workbook(archive):
        return [part]
    inside = [one for one in archive.infolist() if not _is_beside(one)]
    if not 0 < len(inside) <= MOST_FILES:
        rule = f"an archive holds 1 to {MOST_FILES} files"
        raise BrokenFileError(rule, where=part.name, remedy="Send fewer files.")
    return [_extracted(archive, one, held) for one in inside]


def _is_beside(one: zipfile.ZipInfo) -> bool:
    """Return whether a file is there for a file manager's sake, or is a folder."""
    parts = one.filename.split("/")
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return one.is_dir() or hidden or parts[-1].lower() in _BESIDE


def _extracted(archive: zipfile.ZipFile, one: zipfile.ZipInfo, held: ExitStack) -> Part:
    """Return one file of an archive; raises BrokenFileError."""
    stream = held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - *held* is one
    try:
        with archive.open(one) as packed:
            while chunk := packed.read(_COPY):
                stream.write(chunk)
    except workbook.UNREADABLE:
        rule = "holds a file that cannot be unpacked"
        raise BrokenFileError(
            rule, where=one.filename[:80], remedy="Pack it again."
        ) from None
    return Part(one.filename, stream)

"""Mapping files: read at start from the contracts folder, and again when they change."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from services.education_gateway.translate.files.mapping import CaseMapping
from services.education_gateway.translate.files.mapping_faults import faults
from services.runtime import log

_FOLDER: Final = "mappings"
_LONGEST: Final = 200_000


class Mappings:
    """The mappings in force: of each feed the highest version."""

    def __init__(self, contracts: Path) -> None:
        """Read them; one that cannot be understood is left out, and said."""
        self._folder = contracts / _FOLDER
        self._stamp: tuple[tuple[str, int], ...] = ()
        self._known: Mapping[tuple[str, str], CaseMapping] = {}

    def of(self, sender: str, feed: str) -> CaseMapping | None:
        """Return the mapping of a sender's feed, if there is one."""
        self._look()
        return self._known.get((sender, feed))

    def _look(self) -> None:
        """Read the files again where one has changed."""
        files = sorted(self._folder.glob("*.y*ml")) if self._folder.is_dir() else []
        stamp = tuple((file.name, file.stat().st_mtime_ns) for file in files)
        if stamp == self._stamp:
            return
        found = [mapping for file in files if (mapping := _read_or_say(file))]
        found.sort(key=lambda mapping: mapping.version)
        self._known = {(one.sender, one.feed): one for one in found}
        self._stamp = stamp


def read(file: Path) -> CaseMapping:
    """Return the mapping in *file*; raises ValueError with what is wrong, line by line."""
    try:
        text = file.read_text("utf-8")
        said = yaml.safe_load(text) if len(text) < _LONGEST else None
    except (OSError, UnicodeDecodeError):
        raise ValueError("file: is no text in UTF-8. Save it as UTF-8.") from None
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "file"
        rule = "is no YAML. Check how it is indented, colons and quotation marks"
        raise ValueError(f"{where}: {rule}.") from None
    try:
        return CaseMapping.model_validate(said)
    except ValidationError as invalid:
        raise ValueError("\n".join(faults(invalid))) from None


def _read_or_say(file: Path) -> CaseMapping | None:
    """Return a mapping; of one that is wrong nothing but a line in the log."""
    try:
        return read(file)
    except ValueError:
        log.get().error("mapping_unreadable", where=file.name)
        return None

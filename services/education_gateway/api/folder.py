"""
A watched folder: what a case system's nightly export leaves there is a delivery.

`<folder>/<organisation>/<feed>/`, the organisation as `la-931`, `urn-123456` or
`ods-RNU`. A file there, or a folder of files that belong together, is taken once it has
not changed between two looks. Names that begin with a dot, or end as those of files
that are still being written do, are passed over. Its bytes are committed before it is
removed; a receipt is left in `receipts/`, and what was refused in `refused/`, as is a
file that lies where no feed's folder is.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import orjson

from schemas.identifiers import is_organisation
from services.education_gateway.api import uploads
from services.education_gateway.api.files import FEED
from services.education_gateway.store.arriving import Arriving
from services.education_gateway.store.deliveries import MOST_FILES, Arrived
from services.runtime import instants, refs
from services.runtime.parts import Timer
from services.runtime.problems import Problem

_SECONDS: Final = 2.0
_AWAY: Final = 503
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", ".partial")
_OURS: Final = frozenset({"receipts", "refused"})
_DEEP: Final = 2
"""Folders above a delivery: the organisation's and the feed's."""
_ASTRAY: Final = Problem(
    422,
    "not-understood",
    "Nothing was taken in: this is no feed's folder. Put the file into "
    "<organisation>/<feed>/: the organisation as la-931, urn-123456 or ods-RNU, the feed "
    "in small letters, digits, - and _.",
)
_SCHEMES: Final = {"la": "urn:dfe:la:", "urn": "urn:dfe:urn:", "ods": "urn:ods:"}

Stamp = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of each file of a delivery."""


class Folder:
    """Takes in what is left in a folder."""

    def __init__(self, root: Path, arriving: Arriving, limit: int) -> None:
        """Watch *root*; a delivery of more than *limit* bytes is refused."""
        self._root = root
        self._arriving = arriving
        self._limit = limit
        self._seen: dict[Path, Stamp] = {}

    @property
    def timer(self) -> Timer:
        """What looks into the folder."""
        return Timer(_SECONDS, self.turn)

    async def turn(self) -> None:
        """Take what has not changed since the last look."""
        there = await asyncio.to_thread(lambda: dict(_deliveries(self._root)))
        astray = await asyncio.to_thread(lambda: dict(_astray(self._root)))
        there |= astray
        still = [one for one, stamp in there.items() if self._seen.get(one) == stamp]
        self._seen = there
        for one in still:
            if one in astray:
                await asyncio.to_thread(_set_aside, one, _ASTRAY.body())
            else:
                await self._take(one, there[one])

    async def _take(self, path: Path, stamp: Stamp) -> None:
        """Keep one delivery and remove it, or put it aside with what is wrong."""
        files = await asyncio.to_thread(_files, path, stamp)
        with ExitStack() as held:
            try:
                arrived = await asyncio.to_thread(
                    self._arrived, path, stamp, files, held
                )
                kept, _ = await self._arriving.keep(arrived)
            except Problem as problem:
                if problem.status != _AWAY:
                    await asyncio.to_thread(_set_aside, path, problem.body())
                return
        await asyncio.to_thread(_finish, path, files, kept.answer)
        self._seen.pop(path, None)

    def _arrived(
        self, path: Path, stamp: Stamp, files: Sequence[Path], held: ExitStack
    ) -> Arrived:
        """Return a delivery; its id is the same for the same files, whatever crashes."""
        if sum(size for _, size, _ in stamp) > self._limit or len(files) > MOST_FILES:
            detail = (
                f"A delivery holds {self._limit} bytes and {MOST_FILES} files at most."
            )
            raise Problem(413, "too-large", detail)
        sender, feed = _named(self._root, path)
        contents = [
            (uploads.tidy(file.name), "", held.enter_context(file.open("rb")))
            for file in files
        ]
        digest = uploads.digest_of(
            {"feed": feed, "as_at": None, "corrects": None}, contents
        )
        own = hashlib.sha256(orjson.dumps([str(path), stamp]) + digest).hexdigest()
        return Arrived(
            gateway="education_gateway",
            sender=sender,
            request_id=str(refs.made_id("folder", own)),
            correlation_id=None,
            received_at=instants.now(),
            content_type="",
            body=b"",
            feed=feed,
            files=tuple(contents),
            digest=digest,
        )


def _files(path: Path, stamp: Stamp) -> list[Path]:
    """Return the files of a delivery."""
    return [path] if path.is_file() else [path / name for name, _, _ in stamp]


def _deliveries(root: Path) -> Iterator[tuple[Path, Stamp]]:
    """Yield what lies in the folders of feeds, and how it looks now."""
    for feed in sorted(root.glob("*/*/")):
        if feed.name in _OURS or not feed.is_dir() or not _is_known(root, feed):
            continue
        for one in sorted(feed.iterdir()):
            if one.name not in _OURS and (stamp := _stamp(one)):
                yield one, stamp


def _astray(root: Path) -> Iterator[tuple[Path, Stamp]]:
    """Yield the files that lie where no feed's folder is, and how they look now."""
    for pattern in ("*", "*/*", "*/*/*"):
        for one in sorted(root.glob(pattern)):
            above = one.relative_to(root).parts[:-1]
            if not one.is_file() or _OURS & {*above} or _is_unfinished(one):
                continue
            feed = one.parent if len(above) == _DEEP else None
            if not (feed and _is_known(root, feed)) and (stamp := _stamp(one)):
                yield one, stamp


def _is_known(root: Path, feed: Path) -> bool:
    """Return whether a folder names an organisation and a feed."""
    sender, name = _named(root, feed / "x")
    return is_organisation(sender) and FEED.fullmatch(name) is not None


def _named(root: Path, path: Path) -> tuple[str, str]:
    """Return the sender and the feed that the folders above a delivery name."""
    org, feed = path.relative_to(root).parts[:2]
    scheme, _, code = org.partition("-")
    return _SCHEMES.get(scheme, "") + code, feed


def _stamp(path: Path) -> Stamp:
    """Return how a delivery looks; nothing while it is being written, or is not one."""
    if path.is_symlink() or path.name.startswith("."):
        return ()
    files = [path] if path.is_file() else sorted(path.iterdir())
    if any(not f.is_file() or f.is_symlink() or _is_unfinished(f) for f in files):
        return ()
    stats = [(file.name, file.stat()) for file in files]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def _is_unfinished(file: Path) -> bool:
    """Return whether a name says that the file is still being written."""
    return file.name.startswith(".") or file.name.lower().endswith(_UNFINISHED)


def _finish(path: Path, files: Sequence[Path], answer: bytes) -> None:
    """Leave the receipt and remove what was committed."""
    receipts = path.parent / "receipts"
    receipts.mkdir(exist_ok=True)
    (receipts / f"{path.name}.json").write_bytes(answer)
    for file in files:
        file.unlink(missing_ok=True)
    if path.is_dir():
        path.rmdir()


def _set_aside(path: Path, why: object) -> None:
    """Move what was refused to where it is not looked at again, with the reason."""
    refused = path.parent / "refused"
    refused.mkdir(exist_ok=True)
    path.rename(refused / path.name)
    (refused / f"{path.name}.problem.json").write_bytes(orjson.dumps(why))

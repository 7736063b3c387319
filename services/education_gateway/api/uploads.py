"""What a request brings as files: streamed to nameless files, counted, never held whole."""

import hashlib
import tempfile
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final
from urllib.parse import unquote

import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from services.education_gateway.store.deliveries import MOST_FILES
from services.runtime.intake.door import check_coding, too_large
from services.runtime.problems import Problem

_MULTIPART: Final = "multipart/form-data"
_FORM: Final = "application/x-www-form-urlencoded"
_COPY: Final = 1 << 20
_LONGEST_NAME: Final = 120
_HEARD_OUT: Final = 2
"""So many times what may be sent is heard before it is refused."""

File = tuple[str, str, BinaryIO]
"""Name, media type and content."""


@dataclass(slots=True)
class Upload:
    """What a request brought."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)

    def close(self) -> None:
        """Let go of the contents."""
        for _, _, stream in self.files:
            stream.close()


@contextmanager
def closing(upload: Upload) -> Iterator[Upload]:
    """Let go of the contents of *upload* at the end."""
    try:
        yield upload
    finally:
        upload.close()


async def received(request: Request, limit: int) -> Upload:
    """Return the files of a request, raw or multipart; raises a 413, 415 or 422."""
    check_coding(request)
    declared = request.headers.get("content-length", "")
    if (
        declared.isascii()
        and declared.isdigit()
        and int(declared) > limit * _HEARD_OUT + _COPY
    ):
        raise too_large(limit)
    kind = request.headers.get("content-type", "")
    if kind.startswith(_MULTIPART):
        return await _parts(request, limit)
    if kind.startswith(_FORM):
        raise Problem(415, "unknown-media-type", "Send the file itself, or multipart.")
    return await _raw(request, limit, kind)


async def _raw(request: Request, limit: int, kind: str) -> Upload:
    """Return a body as the one file that it is."""
    stream: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - the upload closes it
    with ExitStack() as failing:
        failing.callback(stream.close)
        async for chunk in _counted(request, limit):
            stream.write(chunk)
        failing.pop_all()
    name = request.query_params.get("name") or _named(request)
    said = Upload(files=[(tidy(name), kind[:100], stream)])
    if not stream.tell():
        said.close()
        raise Problem(422, "not-understood", "The body is empty; send the file.")
    return said


async def _counted(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """
    Yield the body as it comes; raises a 413 where it is too long.

    Some of what is too long is heard and let go: a client that listens only when it has
    sent everything would find the connection closed, and no answer.
    """
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit * _HEARD_OUT:
            break
        if size <= limit:
            yield chunk
    if size > limit:
        raise too_large(limit)


async def _parts(request: Request, limit: int) -> Upload:
    """Return the files and fields of a multipart body."""
    parser = MultiPartParser(
        request.headers,
        _counted(request, limit + _COPY),
        max_files=MOST_FILES,
        max_fields=20,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError):
        detail = f"The multipart body cannot be read; it holds 1 to {MOST_FILES} files."
        raise Problem(422, "not-understood", detail) from None
    said = Upload()
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            kind = (value.content_type or "")[:100]
            said.files.append((tidy(value.filename or name), kind, _content(value)))
        else:
            said.fields[name] = value
    if not said.files:
        raise Problem(422, "not-understood", "Send at least one file.")
    return said


def _content(upload: UploadFile) -> Any:  # noqa: ANN401 - a file in all but its class
    """Return the content of an uploaded file."""
    return upload.file


def _named(request: Request) -> str:
    """Return the name in `Content-Disposition`, if there is one."""
    said = request.headers.get("content-disposition", "")
    _, found, name = said.partition("filename=")
    return unquote(name.strip().strip('"')) if found else ""


def tidy(name: str) -> str:
    """Return a file's own name without folders, printable and of bearable length."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable())[-_LONGEST_NAME:]
    return kept or "file"


def digest_of(asked: Mapping[str, Any], files: Sequence[File]) -> bytes:
    """Return the SHA-256 of what was asked and of every file: the same when sent again."""
    listed = []
    for name, _, stream in files:
        stream.seek(0)
        one = hashlib.sha256()
        while chunk := stream.read(_COPY):
            one.update(chunk)
        listed.append([name, one.hexdigest()])
        stream.seek(0)
    text = orjson.dumps([asked, listed], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(text).digest()

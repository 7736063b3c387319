"""Files of every kind of feed, what happens to files, and how an upload reads them."""

import asyncio
import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from random import Random
from typing import Any

from openpyxl import Workbook
from starlette.requests import Request

from services.education_gateway.api import uploads
from services.education_gateway.store.unpacking import unzipped
from services.education_gateway.translate.files import opening, trying
from services.education_gateway.translate.files.mapping import CaseMapping
from services.education_gateway.translate.files.opening import Part
from services.education_gateway.translate.files.trying import Tried
from tests.support.agencies import upn
from tests.support.school_files import SEN2, csv_of, pupil

COUNCIL = "urn:dfe:la:931"
AS_AT = date(2026, 1, 15)
LIMIT = 64 * 1024 * 1024
BOUNDARY = "7ae3"
Files = Mapping[str, bytes]

CASES = CaseMapping.model_validate(
    {
        "mapping": "cases",
        "version": 1,
        "sender": COUNCIL,
        "feed": "cases",
        "mode": "state",
        "key": ["Case"],
        "person": {"local_id": "Person"},
        "dates": ["DD/MM/YYYY"],
        "events": [{"type": "ehcna.requested.v1", "occurred": "Received"}],
    }
)
_CASE = [
    {"Case": f"C{n}", "Person": f"P{n}", "Note": "a", "Received": "04/03/2025"}
    for n in range(9)
]
_HEADER = (
    '<?xml version="1.0" encoding="utf-8"?><Message><Header><CollectionDetails>'
    "<Collection>{0}</Collection><ReferenceDate>2026-01-15</ReferenceDate>"
    "</CollectionDetails></Header>"
)
_SEN2_XML = _HEADER.format("SEN2") + "<Persons>{0}</Persons></Message>"
_CIN_XML = _HEADER.format("CIN") + "<Children>{0}</Children></Message>"
_CTF_XML = (
    "<CTfile><Header><DateTime>2026-01-15T09:00:00</DateTime></Header>"
    "<CTFpupilData>{0}</CTFpupilData></CTfile>"
)


def sheet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a workbook of one sheet with a heading."""
    book, made = Workbook(), io.BytesIO()
    for row in [list(rows[0]), *(list(one.values()) for one in rows)]:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


def _people(inner: str) -> str:
    """Return nine elements, each with a UPN and an id of its own."""
    return "\n".join(inner.format(upn(n), n) for n in range(9))


KINDS: Mapping[str, tuple[Files, CaseMapping | None]] = {
    "sen2 csv": ({f"{name}.csv": csv_of(rows) for name, rows in SEN2.items()}, None),
    "sen2 xml": (
        {
            "sen2.xml": _SEN2_XML.format(
                _people(
                    "<Person><Surname>Väle</Surname><UPN>{0}</UPN><PersonBirthDate>"
                    "2015-05-04</PersonBirthDate><Requests><ReceivedDate>2025-03-03"
                    "</ReceivedDate><RequestSource>1</RequestSource></Requests></Person>"
                )
            ).encode()
        },
        None,
    ),
    "census csv": ({"roll.csv": csv_of([pupil(n) for n in range(9)])}, None),
    "ctf xml": (
        {
            "931.xml": _CTF_XML.format(
                _people(
                    "<Pupil><UPN>{0}</UPN><Surname>Vale</Surname><Forename>Ann{1}"
                    "</Forename><DOB>2015-05-04</DOB></Pupil>"
                )
            ).encode()
        },
        None,
    ),
    "cin xml": (
        {
            "cin.xml": _CIN_XML.format(
                _people(
                    "<Child><UPN>{0}</UPN><LAchildID>c{1}</LAchildID><CINdetails>"
                    "<CINreferralDate>2025-05-06</CINreferralDate></CINdetails></Child>"
                )
            ).encode()
        },
        None,
    ),
    "mapped csv": ({"cases.csv": csv_of(_CASE)}, CASES),
    "mapped xlsx": ({"cases.xlsx": sheet(_CASE)}, CASES),
}


def request_of(files: Files) -> Request:
    """Return a multipart request that brings *files*, in chunks."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files.items()
    ]
    body = io.BytesIO(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode())

    async def receive() -> dict[str, Any]:
        """Give the next chunk."""
        chunk = body.read(65_536)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

    kind = f"multipart/form-data; boundary={BOUNDARY}".encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/files",
        "query_string": b"",
        "headers": [(b"content-type", kind)],
    }
    return Request(scope, receive)


def uploaded(files: Files, mapping: CaseMapping | None = None) -> Tried:
    """Return what would become of *files*, read as the door for files reads them."""
    upload = asyncio.run(uploads.received(request_of(files), LIMIT))
    with uploads.closing(upload), ExitStack() as held:
        parts = [Part(name, stream) for name, _, stream in upload.files]
        unpacked = [one for part in parts for one in unzipped(part, held)]
        delivery = opening.delivery(unpacked, mapping)
        return trying.tried(delivery, sender=COUNCIL, feed="feed", as_at=AS_AT)


def cuts(content: bytes, random: Random, count: int) -> list[bytes]:
    """Return beginnings of *content*, some of them at the end of a line or an element."""
    ends = [n + 1 for n, sign in enumerate(content[:-2]) if sign in b"\n>"]
    places = [random.randrange(2, len(content) - 2) for _ in range(count)]
    return [content[:n] for n in (*places, *random.sample(ends, min(count, len(ends))))]


def bent(content: bytes, random: Random) -> bytes:
    """Return *content* with a few of its bytes made others, lost or doubled."""
    changed = bytearray(content)
    for _ in range(random.randrange(1, 6)):
        place = random.randrange(len(changed))
        changed[place : place + random.randrange(2)] = random.randbytes(
            random.randrange(3)
        )
    return bytes(changed)

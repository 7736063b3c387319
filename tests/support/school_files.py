"""Files of an invented school census and an invented SEN2 return, one thing at a time."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.education_gateway.translate.files import opening, survey
from services.education_gateway.translate.files.opening import Part
from tests.support.agencies import upn

AS_AT = date(2026, 1, 15)


def csv_of(rows: Sequence[Mapping[str, Any]], delimiter: str = ",") -> bytes:
    """Return *rows* as separated text under the headings of the first."""
    heading = list(rows[0])
    lines = [heading, *([str(row[name]) for name in heading] for row in rows)]
    return "".join(delimiter.join(line) + "\r\n" for line in lines).encode()


def pupil(nth: int, **changes: Any) -> dict[str, Any]:
    """Return one pupil on roll as COLLECT writes one."""
    said = {
        "pupilonrolltableid": f"t{nth:06d}",
        "NativeId": "990001",
        "upn": upn(nth),
        "surname": f"Vale{nth}",
        "forename": "Ann",
        "dob": "2015-May-04 00:00:00",
        "entrydate": "2024-Sep-03 00:00:00",
        "senprovision": "K",
        "ncyearactual": "5",
        "enrolstatus": "C",
        "sourceid": f"s{nth}",
        "boarder": "N",
    }
    return said | changes


def leaver(nth: int, **changes: Any) -> dict[str, Any]:
    """Return one pupil no longer on roll."""
    kept = ("NativeId", "upn", "surname", "forename", "dob", "entrydate")
    said = {name: pupil(nth)[name] for name in kept}
    own = {"pupilnolongeronrolltableid": f"t{nth:06d}"}
    return own | said | {"leavingdate": "2025-Dec-12 00:00:00"} | changes


def exclusion(nth: int, own: str, **changes: Any) -> dict[str, Any]:
    """Return one suspension of a pupil on roll."""
    return {
        "pupilonrolltableid": f"t{nth:06d}",
        "NativeId": "990001",
        "termlyexclusionsonrolltableid": own,
        "startdate": "2025-Nov-03 00:00:00",
        "sessions": "4.0",
        "category": "SUSP",
        "reason1": "DB",
        "reason2": "",
        "senprovision": "K",
    } | changes


def need(nth: int, rank: int, code: str) -> dict[str, Any]:
    """Return one type of need of a pupil on roll."""
    return {
        "pupilonrolltableid": f"t{nth:06d}",
        "NativeId": "990001",
        "senneedstableid": f"n{nth}-{rank}",
        "sentyperank": f"{rank}.0",
        "sentype": code,
    }


SEN2: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "sen2": [
        {
            "sen2tableid": "h1",
            "collection": "SEN2",
            "year": "2026",
            "referencedate": "2026-Jan-15 00:00:00",
            "lea": "931",
        }
    ],
    "person": [
        {
            "persontableid": "p1",
            "sen2tableid": "h1",
            "surname": "Vale",
            "forename": "Ann",
            "personbirthdate": "2015-May-04 00:00:00",
            "upn": "M931123424001",
        }
    ],
    "requests": [
        {
            "requeststableid": "r1",
            "persontableid": "p1",
            "receiveddate": "2025-Mar-03 00:00:00",
            "requestsource": "1",
            "rya": "False",
            "requestoutcomedate": "2025-Apr-10 00:00:00",
            "requestoutcome": "Y",
            "exported": "",
        }
    ],
    "assessment": [
        {
            "assessmenttableid": "a1",
            "requeststableid": "r1",
            "assessmentoutcome": "Y",
            "assessmentoutcomedate": "2025-Jun-20 00:00:00",
            "week20": "False",
        }
    ],
    "namedplan": [
        {
            "namedplantableid": "n1",
            "assessmenttableid": "a1",
            "startdate": "2025-Jul-18 00:00:00",
            "planres": "",
            "planwbp": "",
            "pb": "False",
            "oa": "",
            "dp": "",
            "ceasedate": "",
            "ceasereason": "",
        }
    ],
    "plandetail": [
        {
            "plandetailtableid": "d1",
            "namedplantableid": "n1",
            "urn": "990001",
            "ukprn": "",
            "sensetting": "",
            "placementrank": "1",
            "senunitindicator": "False",
            "resourcedprovisionindicator": "True",
        }
    ],
    "activeplans": [
        {
            "activeplanstableid": "c1",
            "requeststableid": "r1",
            "transferla": "",
            "reviewmeeting": "2025-Nov-10 00:00:00",
            "reviewoutcome": "M",
            "reviewdraft": "",
            "phasetransferduedate": "",
            "phasetransferfinaldate": "",
        }
    ],
    "placementdetail": [
        {
            "placementdetailtableid": "l1",
            "activeplanstableid": "c1",
            "urn": "990001",
            "ukprn": "",
            "sensetting": "",
            "entrydate": "2025-Sep-02 00:00:00",
            "leavingdate": "",
        }
    ],
    "senneed": [
        {
            "senneedtableid": "e1",
            "activeplanstableid": "c1",
            "sentyperank": "1",
            "sentype": "ASD",
        },
        {
            "senneedtableid": "e2",
            "activeplanstableid": "c1",
            "sentyperank": "2",
            "sentype": "SLCN",
        },
    ],
}
"""The nine files of a return of one invented person."""


def part(content: bytes, name: str = "file.csv") -> Part:
    """Return *content* as a file of a delivery."""
    return Part(name, io.BytesIO(content))


def read(*parts: Part, as_at: date = AS_AT) -> survey.Survey:
    """Return a first reading of a delivery."""
    return survey.surveyed(opening.delivery(parts), feed="feed", as_at=as_at)


def judged(whole: survey.Survey) -> list[Any]:
    """Return every record of a delivery, judged, with whom it is about."""
    found = []
    for opened in whole.delivery.files:
        for batch in survey.batches(opened, whole, after=0, size=100):
            found += batch
    return found


def zipped(**files: bytes) -> bytes:
    """Return an archive of *files*."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()

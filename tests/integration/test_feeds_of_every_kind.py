"""Every kind of file, by every way in, stands on its child's timeline."""

import io
import shutil
from datetime import date
from uuid import uuid4

import pytest
import yaml
from openpyxl import Workbook
from typer.testing import CliRunner

from deploy.commands import app
from deploy.local import processes
from deploy.local.services import ROOT
from tests.support.agencies import COUNCIL, nhs_number, upn
from tests.support.local_stack import until
from tests.support.school_files import SEN2, csv_of, pupil

BORN = "2015-05-04"
FIRST = 400_000
"""UPNs of these children begin here, so that no other test knows them."""
CTF = """<CTfile xmlns="urn:any"><Header><DocumentName>Common Transfer File</DocumentName>
<CTFversion>25.0</CTFversion><DateTime>2026-01-09T10:00:00</DateTime><SourceSchool>
<LEA>931</LEA><Estab>4000</Estab><URN>990001</URN></SourceSchool><DestSchool><LEA>XXX</LEA>
<Estab>XXXX</Estab></DestSchool></Header><CTFpupilData><Pupil><UPN>{upn}</UPN>
<Surname>Vale</Surname><Forename>Ann</Forename><DOB>2015-05-04</DOB><Sex>F</Sex></Pupil>
</CTFpupilData></CTfile>"""
OLDER_CTF = """<CTfile><CTFpupilData><Pupil><BasicDetails><LegalSurname>Vale</LegalSurname>
</BasicDetails><DOB>2015-05-04</DOB><UPN>{upn}</UPN></Pupil></CTFpupilData><Header>
<DateTime>2026-01-09T10:00:00</DateTime><CTFversion>12.0</CTFversion><SourceSchool>
<URN>990001</URN></SourceSchool></Header></CTfile>"""
IN_NEED = """<Message><Header><CollectionDetails><Collection>CIN</Collection>
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails></Header><Children><Child>
<ChildIdentifiers><LAchildID>C{upn}</LAchildID><UPN>{upn}</UPN>
<PersonBirthDate>2015-05-04</PersonBirthDate></ChildIdentifiers><CINdetails>
<CINreferralDate>2025-05-06</CINreferralDate><ReferralSource>1A</ReferralSource>
</CINdetails></Child></Children></Message>"""
RETURN = """<Message><Header><CollectionDetails><Collection>SEN2</Collection>
<ReferenceDate>2026-01-15</ReferenceDate></CollectionDetails></Header><Persons><Person>
<UPN>{upn}</UPN><PersonBirthDate>2015-05-04</PersonBirthDate><Requests>
<ReceivedDate>2025-03-03</ReceivedDate></Requests></Person></Persons></Message>"""
MAPPING = {
    "mapping": "cases",
    "version": 1,
    "sender": COUNCIL,
    "feed": "cases",
    "mode": "period",
    "key": ["Case"],
    "person": {"local_id": "Case", "upn": "UPN", "date_of_birth": "DOB"},
    "dates": ["DD/MM/YYYY"],
    "events": [{"type": "ehcna.requested.v1", "occurred": "Received"}],
}


def xml(text):
    """Return what builds an XML file about one child."""
    return lambda number: {"file.xml": text.format(upn=number).encode()}


def census(number):
    """Return a census of one pupil."""
    return {"pupils.csv": csv_of([pupil(1, upn=number, NativeId=str(uuid4())[:6])])}


def nine(number):
    """Return the nine files of a return of one person."""
    own = {"persontableid", "requeststableid", "assessmenttableid", "namedplantableid"}
    own |= {"activeplanstableid", "plandetailtableid", "placementdetailtableid"}
    made = {}
    for name, rows in SEN2.items():
        said = [
            {k: f"{v}-{number}" if k in own else v for k, v in row.items()}
            for row in rows
        ]
        if name == "person":
            said[0]["upn"] = number
        made[f"Blade-Export_15-01-2026_{name}.csv"] = csv_of(said)
    return made


def case(number):
    """Return one case as a case system writes it."""
    return {
        "Case": f"K{number}",
        "UPN": number,
        "DOB": "04/05/2015",
        "Received": "02/03/2026",
    }


def sheet(number):
    """Return the same as a workbook."""
    book, row = Workbook(), case(number)
    book.active.append(list(row))
    book.active.append([*list(row.values())[:2], date(2015, 5, 4), date(2026, 3, 2)])
    out = io.BytesIO()
    book.save(out)
    return {"cases.xlsx": out.getvalue()}


KINDS = {
    "ctf": (xml(CTF), "school.transferred.v1"),
    "older-ctf": (xml(OLDER_CTF), "school.transferred.v1"),
    "cin": (xml(IN_NEED), "social_care.referral_received.v1"),
    "sen2-xml": (xml(RETURN), "ehcna.requested.v1"),
    "census": (census, "school.admission.v1"),
    "sen2-csv": (nine, "ehcp.final_issued.v1"),
    "cases": (lambda n: {f"{n}.csv": csv_of([case(n)])}, "ehcna.requested.v1"),
    "sheet": (sheet, "ehcna.requested.v1"),
}


class Feeding:
    """The gateway of the shared stack, with a folder and a mapping."""

    def __init__(self, agencies, folder):
        """Start it anew beside the others of the stack."""
        self.agencies, self.stack = agencies, agencies.stack
        self.root, contracts = folder / "watched", folder / "contracts"
        shutil.copytree(ROOT / "contracts", contracts)
        (contracts / "mappings").mkdir()
        (contracts / "mappings" / "cases.yaml").write_text(yaml.safe_dump(MAPPING))
        self.root.mkdir()
        self.env = {
            "EDUCATION_GATEWAY_FOLDER": str(self.root),
            "THROUGHLINE_CONTRACTS": str(contracts),
        }

    def restart(self, env=None):
        """End the gateway and start it under *env*."""
        processes.stop([self.stack.processes.pop("education_gateway")], 10)
        self.stack.start_service("education_gateway", env=env)
        self.stack.wait_ready("education_gateway")

    def upload(self, feed, files, _tmp):
        """Send files in one request; return the reference."""
        parts = [("file", (name, content)) for name, content in files.items()]
        answer = self.agencies.http.post(
            self.agencies.url("education_gateway", "/files"),
            files=parts,
            data={"feed": feed, "as_at": "2026-01-15"},
            headers=self.agencies.as_(COUNCIL) | {"X-Request-ID": str(uuid4())},
        )
        assert answer.status_code == 202, answer.text
        return answer.json()["message_ref"]

    def drop(self, feed, files, _tmp):
        """Leave files in the watched folder; return the place of the receipt."""
        place = self.root / "la-931" / feed
        place.mkdir(parents=True, exist_ok=True)
        name = next(iter(files)) if len(files) == 1 else f"export-{uuid4()}"
        target = place / f".{name}"
        if len(files) == 1:
            target.write_bytes(files[name])
        else:
            target.mkdir()
            for one, content in files.items():
                (target / one).write_bytes(content)
        target.rename(place / name)
        return place / "receipts" / f"{name}.json"

    def publish(self, feed, files, tmp):
        """Have the command send a file, or a folder of files; return the reference."""
        for name, content in files.items():
            (tmp / name).write_bytes(content)
        what = tmp / next(iter(files)) if len(files) == 1 else tmp
        asked = ["--as", COUNCIL, "--feed", feed, "--as-at", "2026-01-15"]
        env = self.stack.environment("console")
        ran = CliRunner().invoke(app, ["publish", str(what), *asked], env=env)
        assert ran.exit_code == 0, ran.output
        return yaml.safe_load(ran.stdout)["message_ref"]


@pytest.fixture(scope="module")
def feeding(agencies, tmp_path_factory):
    """The gateway with a folder and a mapping, and afterwards as it was."""
    made = Feeding(agencies, tmp_path_factory.mktemp("feeding"))
    made.restart(made.env)
    yield made
    made.restart()


def read(receipt):
    """Return the reference in the receipt that the watched folder leaves."""
    until(receipt.exists)
    return yaml.safe_load(receipt.read_text())["message_ref"]


def seen(agencies, number):
    """Return types on the timeline of the child of a UPN, once it has one."""
    person = {"upn": number, "date_of_birth": BORN}
    return [entry["type"] for entry in agencies.shown(person, 1)]


@pytest.mark.parametrize("way", ["upload", "publish", "drop"])
def test_every_kind_stands_on_the_timeline(feeding, agencies, way, tmp_path):
    """
    A file in the form of the field, by this way in, is an event of its child.

    The folder comes last: what lies there speaks of the day on which it is found.
    """
    first = FIRST + 100 * ("upload", "publish", "drop").index(way)
    sent = {}
    for nth, (name, (build, kind)) in enumerate(KINDS.items()):
        number = upn(first + nth)
        feed = "cases" if name in {"cases", "sheet"} else f"{name}-{way}"
        folder = tmp_path / name
        folder.mkdir()
        ref = getattr(feeding, way)(feed, build(number), folder)
        sent[name] = (number, kind, ref)

    for name, (number, kind, told) in sent.items():
        ref = read(told) if way == "drop" else told
        until(lambda: agencies.receipt(ref).json()["file"]["state"] == "done")  # noqa: B023
        receipt = agencies.settled(ref)
        assert {one["state"] for one in receipt["events"]} == {"linked"}, name
        until(lambda: kind in seen(agencies, number))  # noqa: B023


def test_a_crosswalk_joins_what_health_and_schools_say(feeding, agencies, tmp_path):
    """One row, and what was sent under either number is one child's."""
    number, other = upn(FIRST + 900), nhs_number(90_900)
    feeding.upload("roll", {"p.csv": csv_of([pupil(1, upn=number)])}, tmp_path)
    rows = [{"UPN": number, "NHS number": other, "Traced on": "2026-01-09"}]
    ref = feeding.upload("crosswalk", {"c.csv": csv_of(rows)}, tmp_path)
    until(lambda: agencies.receipt(ref).json()["file"]["state"] == "done")

    [said] = agencies.settled(ref)["events"]
    assert (said["type"], said["state"]) == ("person.identified.v1", "linked")

"""NEMS messages about invented children, to vary one thing at a time."""

from typing import Any, Final

CHILD: Final = {
    "nhs_number": "9992047313",
    "date_of_birth": "2018-11-05",
    "family_name": "Thornbury",
    "given_name": "Wren",
}
_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
_ODS: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
_STU3: Final = "https://fhir.nhs.uk/STU3"
_DEATH: Final = (
    "https://fhir.hl7.org.uk/STU3/StructureDefinition/"
    "Extension-CareConnect-DeathNotificationStatus-1"
)


def message(  # noqa: PLR0913 - each is one thing to vary
    event: str,
    *resources: str,
    person: dict[str, Any] | None = CHILD,
    change: str = "new",
    own: str = "7165ecd5-4abb-4dbe-922b-7c7db71accd4",
    version: int | None = None,
    updated: str | None = "2026-03-02T09:00:00+00:00",
    sent: str = "2026-03-02T08:00:00+00:00",
    focus: str = "f",
) -> bytes:
    """Return a message of type *event* as XML, about *focus* among *resources*."""
    sequence = "" if version is None else f'<versionId value="{version}"/>'
    moment = "" if updated is None else f'<lastUpdated value="{updated}"/>'
    header = f"""<MessageHeader><id value="{own}"/><meta>{sequence}{moment}</meta>
{_routing(person) if person else ""}
<extension url="{_STU3}/StructureDefinition/Extension-MessageEventType-1">
<valueCodeableConcept><coding>
<system value="{_STU3}/CodeSystem/MessageEventType-1"/><code value="{change}"/>
</coding></valueCodeableConcept></extension>
<event><system value="{_STU3}/CodeSystem/EventType-1"/><code value="{event}"/></event>
<timestamp value="{sent}"/><source>
<endpoint value="urn:nhs:addressing:asid:477121000323"/></source>
<focus><reference value="urn:uuid:{focus}"/></focus></MessageHeader>"""
    held = "\n".join(_entry(one) for one in (header, *resources))
    return (
        f'<Bundle xmlns="http://hl7.org/fhir"><id value="{own}"/>'
        f'<type value="message"/>\n{held}\n</Bundle>\n'
    ).encode()


def _entry(resource: str) -> str:
    """Return one entry, called by the id of its resource."""
    own = resource.partition('<id value="')[2].partition('"')[0]
    url = f'<fullUrl value="urn:uuid:{own}"/>'
    return f"<entry>{url}<resource>{resource}</resource></entry>"


def _routing(person: dict[str, Any]) -> str:
    """Return the demographics by which a message is routed."""
    return f"""<extension
url="{_STU3}/StructureDefinition/Extension-RoutingDemographics-1">
<extension url="nhsNumber"><valueIdentifier><system value="{_NUMBER}"/>
<value value="{person["nhs_number"]}"/></valueIdentifier></extension>
<extension url="name"><valueHumanName><use value="official"/>
<family value="{person["family_name"]}"/><given value="{person["given_name"]}"/>
</valueHumanName></extension>
<extension url="birthDateTime">
<valueDateTime value="{person["date_of_birth"]}"/></extension></extension>"""


def communication(about: str = "p") -> str:
    """Return what carries a change of the national record."""
    reference = f'<reference value="urn:uuid:{about}"/>'
    return (
        '<Communication><id value="f"/><status value="completed"/>'
        f"<subject>{reference}</subject><payload><contentReference>{reference}"
        "</contentReference></payload></Communication>"
    )


def patient(
    person: dict[str, Any] = CHILD, *inner: str, own: str = "p", old: str | None = None
) -> str:
    """Return a Patient; *inner* are its elements after the date of birth."""
    extensions = "".join(one for one in inner if one.startswith("<extension"))
    meta = "".join(one for one in inner if one.startswith("<meta"))
    rest = "".join(i for i in inner if not i.startswith(("<extension", "<meta")))
    former = "" if old is None else _identifier(old, "old")
    return (
        f'<Patient><id value="{own}"/>{meta}{extensions}{former}'
        f"{_identifier(person['nhs_number'], 'official')}"
        f'<name><use value="official"/><family value="{person["family_name"]}"/>'
        f'<given value="{person["given_name"]}"/></name>'
        f'<birthDate value="{person["date_of_birth"]}"/>{rest}</Patient>'
    )


def _identifier(number: str, use: str) -> str:
    """Return an NHS number as an identifier."""
    return (
        f'<identifier><use value="{use}"/><system value="{_NUMBER}"/>'
        f'<value value="{number}"/></identifier>'
    )


def died(at: str = "2026-03-01T23:10:00+00:00") -> str:
    """Return the element that says when a patient died."""
    return f'<deceasedDateTime value="{at}"/>'


def death_status(code: str) -> str:
    """Return PDS's word on a death: 1 informal, 2 formal, U removed."""
    return (
        f'<extension url="{_DEATH}"><extension url="deathNotificationStatus">'
        f'<valueCodeableConcept><coding><code value="{code}"/></coding>'
        "</valueCodeableConcept></extension></extension>"
    )


def restricted(label: str = "R") -> str:
    """Return the label of a restricted record."""
    system = "http://hl7.org/fhir/v3/Confidentiality"
    return (
        f'<meta><security><system value="{system}"/><code value="{label}"/>'
        "</security></meta>"
    )


def practice() -> str:
    """Return the element that leads to the GP practice."""
    return '<generalPractitioner><reference value="urn:uuid:o"/></generalPractitioner>'


def organisation(code: str, own: str = "o") -> str:
    """Return an organisation by its ODS code."""
    return (
        f'<Organization><id value="{own}"/><identifier><system value="{_ODS}"/>'
        f'<value value="{code}"/></identifier></Organization>'
    )


def encounter(own: str = "enc-1", status: str = "finished") -> str:
    """Return the encounter that a clinical message is about."""
    return (
        '<Encounter><id value="f"/><identifier>'
        f'<system value="https://supplier.example/Id"/><value value="{own}"/>'
        f'</identifier><status value="{status}"/>'
        '<subject><reference value="urn:uuid:p"/></subject>'
        '<period><start value="2026-02-27"/></period></Encounter>'
    )


def flag(code: str, category: str, status: str = "active") -> str:
    """Return a patient's flag."""
    return (
        f'<Flag><id value="f"/><status value="{status}"/>'
        f'<category><coding><code value="{category}"/></coding></category>'
        f'<code><coding><code value="{code}"/></coding></code>'
        '<subject><reference value="urn:uuid:p"/></subject></Flag>'
    )


def episode(start: str = "2026-02-20") -> str:
    """Return the registration with a practice that holds now."""
    return (
        '<EpisodeOfCare><id value="e"/><status value="active"/>'
        '<patient><reference value="urn:uuid:p"/></patient>'
        f'<period><start value="{start}"/></period></EpisodeOfCare>'
    )


def death(person: dict[str, Any] = CHILD, status: str = "2", **more: Any) -> bytes:
    """Return the notice of a death, or with status U that it is taken back."""
    inner = (death_status(status), *(() if status == "U" else (died(),)))
    return message(
        "pds-death-notification-1",
        communication(),
        patient(person, *inner),
        person=person,
        **more,
    )


def change_of_gp(
    person: dict[str, Any] = CHILD, code: str = "K84019", **more: Any
) -> bytes:
    """Return the notice that a patient is registered with another practice."""
    return message(
        "pds-change-of-gp-1",
        communication(),
        patient(person, practice()),
        organisation(code),
        episode(),
        person=person,
        **more,
    )


def number_change(person: dict[str, Any], old: str, **more: Any) -> bytes:
    """Return the notice that *person*'s number superseded the *old* one."""
    return message(
        "pds-record-change-1",
        communication(),
        patient(person, old=old),
        person=person,
        **more,
    )

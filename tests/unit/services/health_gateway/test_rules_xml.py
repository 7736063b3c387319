"""FHIR XML is read as the JSON of the same resource, and nothing outside it is."""

from random import Random

import orjson
import pytest
from fhir.resources.R4B import get_fhir_model_class

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media, accepts, judge, read
from tests.support.r4.documents import RESOURCES, document

PATIENT = """<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://hl7.org/fhir ../patient.xsd">
  <!-- invented -->
  <id value="p-1"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>Ann</p></div></text>
  <contained><Organization><id value="o"/><name value="A &amp; B"/></Organization></contained>
  <extension url="http://e.org/x"><valueDecimal value="1.5"/></extension>
  <name id="n"><given value="Ann"/><given>
  <extension url="u"><valueCode value="x"/></extension></given></name>
  <active value="true"/>
  <birthDate value="2018-05-04">
  <extension url="u"><valueInteger value="3"/></extension></birthDate>
</Patient>
"""
"""Elements out of order, comments, ids, extensions on values, XHTML, a resource within."""


def refused(body):
    """Return the refusal of *body*."""
    with pytest.raises(FhirRefused) as found:
        judge(body, Media.XML)

    return found.value


def patient(inner):
    """Return a Patient with *inner* in it."""
    return f'<Patient xmlns="http://hl7.org/fhir">{inner}</Patient>'.encode()


def test_reads_a_resource_as_its_json():
    """Everything that XML writes otherwise than JSON comes out as JSON has it."""
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Ann</p></div>'
    beside = {"url": "u", "valueInteger": 3}

    resource = judge(PATIENT.encode(), Media.XML).resource
    narrative = resource.pop("text")

    assert narrative["status"] == "generated"
    assert "<p>Ann</p>" in narrative["div"]
    assert div[:40] in narrative["div"]
    assert resource == {
        "resourceType": "Patient",
        "id": "p-1",
        "contained": [{"resourceType": "Organization", "id": "o", "name": "A & B"}],
        "extension": [{"url": "http://e.org/x", "valueDecimal": 1.5}],
        "name": [
            {
                "id": "n",
                "given": ["Ann", None],
                "_given": [None, {"extension": [{"url": "u", "valueCode": "x"}]}],
            }
        ],
        "active": True,
        "birthDate": "2018-05-04",
        "_birthDate": {"extension": [beside]},
    }


@pytest.mark.parametrize("name", RESOURCES)
def test_takes_what_fhir_resources_writes(name):
    """A document of every type, written as XML by the models, is that document."""
    if name in {"Resource", "DomainResource"}:
        pytest.skip("abstract: the models cannot write it")
    given = document(name, Random(3), full=0)
    model = get_fhir_model_class(name).model_validate_json(orjson.dumps(given))

    resource = read(model.model_dump_xml(), Media.XML)

    assert resource.keys() == given.keys()
    assert accepts(resource)


@pytest.mark.parametrize(
    ("inner", "where"),
    [
        ("<nope value='1'/>", "Patient"),
        ("<:nope value='1'/><x xmlns='h'/>", "Patient"),
        ("<active/>", None),
        ("<active value='perhaps'/>", "Patient.active"),
        ("<gender value='a'/><gender value='b'/>", "Patient.gender"),
        ("<gender other='b' value='a'/>", "Patient._gender"),
        ("<gender xmlns='http://e.org' value='a'/>", "Patient"),
        ("Vale", "Patient"),
        ("<fhir_comments value='x'/>", "Patient"),
        ("<contained/>", "Patient.contained[0].resourceType"),
        ("<contained><Nope/></contained>", "Patient.contained[0].resourceType"),
        ("<birthDate value='2018-02-30'/>", "Patient.birthDate"),
    ],
)
def test_refuses_what_r4_does_not_have_there(inner, where):
    """Unknown elements, attributes, text and values are refused at their place."""
    if where is None:
        assert judge(patient(inner), Media.XML).resource["active"] is None
    else:
        assert refused(patient(inner)).where == where


LAUGHS = b"""<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Patient xmlns="http://hl7.org/fhir"><gender value="&b;"/></Patient>"""
OUTSIDE = b"""<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<Patient xmlns="http://hl7.org/fhir"><gender value="&a;"/></Patient>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"{}",
        b"<Patient>",
        LAUGHS,
        OUTSIDE,
        b'<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd">' + patient(""),
        patient("<x>" * 100_000),
        patient("<extension url='u'>" * 70 + "</extension>" * 70),
        PATIENT.replace("UTF-8", "UTF-16").encode("utf-16"),
        patient("<gender value='&#0;'/>"),
        patient("<gender " + "".join(f" a{i}='u'" for i in range(100)) + "/>"),
        patient("<name" + "".join(f" a{i}='u'" for i in range(100_000)) + "/>"),
        patient("<gender value='&unknown;'/>"),
    ],
)
def test_refuses_what_is_not_one_clean_document(body):
    """Bombs, what points outside, depth and other encodings are refused unread."""
    found = refused(body)

    assert (found.reason, found.status) == ("not-xml", 400)


def test_another_language_is_not_fhir():
    """The root stands in FHIR's own namespace."""
    assert refused(b"<Patient/>").reason == "not-fhir"

"""
FHIR XML to the same members that FHIR JSON has.

Source: FHIR R4 and STU3, XML Format and JSON Format. The order of elements does not matter
here, as it does not to fhir.resources; comments are left out. Nothing outside the
document is ever fetched, and a document type is refused before it is read.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from lxml import etree

from services.health_gateway.codes import NOT_FHIR
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules.elements import (
    ANY_RESOURCE,
    EXTENDS,
    PRIMITIVE_EXTENSION,
    TYPE,
    Element,
    Kind,
    Release,
    kinds,
)
from services.health_gateway.rules.faults import NOT_XML
from services.health_gateway.rules.json_text import MAX_DEPTH

FHIR: Final = "http://hl7.org/fhir"
XHTML: Final = "http://www.w3.org/1999/xhtml"
_INSTANCE: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
"""Where a schema lies, which examples say and nobody needs."""
_MARK: Final = b"\xef\xbb\xbf"
_DOCUMENT_TYPE: Final = b"<!DOCTYPE"
_ENCODING: Final = re.compile(
    rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE
)
_UTF_8: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_MOST_ATTRIBUTES: Final = 32
"""Of one element; FHIR's have at most three, and namespaces are none."""
_UNKNOWN: Final = "?"
"""The member that stands for what FHIR does not have there; no type defines it."""
_WHOLE_NUMBERS: Final = frozenset({"integer", "positiveInt", "unsignedInt"})
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_BOOLEANS: Final = {"true": True, "false": False}

Members = dict[str, Any]
Table = Mapping[str, Kind]


def read_xml(body: bytes, release: Release = Release.R4) -> Members:
    """Return the resource that *body* holds, as JSON would; raises FhirRefused."""
    if _DOCUMENT_TYPE in body:
        raise _not_xml("holds a document type")
    said = _ENCODING.match(body.removeprefix(_MARK))
    if said and said[1].lower() not in _UTF_8:
        raise _not_xml("is not XML in UTF-8")
    root = _parsed(body)
    if _name(root) is None:
        raise FhirRefused(NOT_FHIR, "Bundle", rule=f"The namespace must be {FHIR}")
    return _resource(kinds(release), root, 1)


def without_elements(body: bytes, names: Collection[str]) -> bytes:
    """Return a document without the elements called *names*; raises FhirRefused."""
    if _DOCUMENT_TYPE in body:
        raise _not_xml("holds a document type")
    root = _parsed(body)
    gone = [node for node in root.iter() if _name(node) in {*names, "div"}]
    for node in gone:
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    return etree.tostring(root)


def _parsed(body: bytes) -> etree._Element:
    """Return the root of a document in UTF-8, whatever encoding it says."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _not_xml("is not XML in UTF-8") from None


def _resource(table: Table, node: etree._Element, depth: int) -> Members:
    """Return a resource, by the type that its element is called after."""
    name = _name(node) or _UNKNOWN
    kind = table.get(name)
    if kind is None or not kind.resource:
        return {TYPE: name}
    return {TYPE: name, **_members(table, node, kind, depth)}


def _members(table: Table, node: etree._Element, kind: Kind, depth: int) -> Members:
    """Return the members of an object: its attributes, then its elements."""
    if depth > MAX_DEPTH:
        raise _not_xml(f"is nested deeper than {MAX_DEPTH} levels")
    members: Members = {}
    for name, text in _attributes(node):
        element = kind.elements.get(name)
        known = element is not None and not kind.resource and element.primitive
        members[name if known else _UNKNOWN] = text
    if any(text.strip() for text in _texts(node)):
        members[_UNKNOWN] = True
    for name, nodes in _grouped(node):
        element = kind.elements.get(name)
        if element is None:
            members[_UNKNOWN] = True
        elif element.primitive and element.type != "xhtml":
            members.update(_primitives(table, name, element, nodes, depth))
        else:
            found = [_one(table, each, element, depth) for each in nodes]
            members[name] = _array_or_one(found, element)
    return members


def _attributes(node: etree._Element) -> Iterator[tuple[str, str]]:
    """
    Yield the attributes of an element, but for where its schema lies.

    Each is looked up among all, so that their number must be small.
    """
    if len(node.attrib) > _MOST_ATTRIBUTES:
        raise _not_xml(f"has an element of more than {_MOST_ATTRIBUTES} attributes")
    for name, text in node.attrib.items():
        if not str(name).startswith(_INSTANCE):
            yield str(name), str(text)


def _texts(node: etree._Element) -> Iterator[str]:
    """Yield the text that stands between elements, where FHIR has none."""
    yield node.text or ""
    for child in node:
        yield child.tail or ""


def _grouped(node: etree._Element) -> Iterable[tuple[str, list[etree._Element]]]:
    """Return the elements within *node* by their names, in the order first met."""
    groups: dict[str, list[etree._Element]] = {}
    for child in node:
        groups.setdefault(_name(child) or _UNKNOWN, []).append(child)
    return groups.items()


def _name(node: etree._Element) -> str | None:
    """Return what FHIR calls an element; None for one of another language."""
    if not isinstance(node.tag, str):  # an entity that was not resolved
        return None
    language, _, name = node.tag.rpartition("}")
    if language == f"{{{FHIR}":
        return name
    return "div" if (language, name) == (f"{{{XHTML}", "div") else None


def _one(table: Table, node: etree._Element, element: Element, depth: int) -> Any:  # noqa: ANN401
    """Return one value that is not a primitive."""
    if element.type == "xhtml":
        return etree.tostring(node, encoding="unicode", with_tail=False)
    if element.type != ANY_RESOURCE:
        return _members(table, node, table[element.type], depth + 1)
    inner = list(node)
    if len(inner) != 1 or node.attrib:
        return {_UNKNOWN: True}
    return _resource(table, inner[0], depth + 2)


def _primitives(
    table: Table, name: str, element: Element, nodes: list[etree._Element], depth: int
) -> Members:
    """Return a primitive's values and, beside them, its ids and extensions."""
    values = [_value(node.get("value"), element.type) for node in nodes]
    beside = [_beside(table, node, depth + 1) or None for node in nodes]
    members: Members = {}
    if any(value is not None for value in values) or not any(beside):
        members[name] = _array_or_one(values, element)
    if any(beside):
        members[EXTENDS + name] = _array_or_one(beside, element)
    return members


def _beside(table: Table, node: etree._Element, depth: int) -> Members:
    """Return what stands in a primitive's element beside its value."""
    value = node.attrib.pop("value", None)
    del value
    return _members(table, node, table[PRIMITIVE_EXTENSION], depth)


def _value(text: str | None, primitive: str) -> Any:  # noqa: ANN401
    """
    Return a primitive as JSON has it.

    What is not written as its type has it stays text, for the structure to judge.
    """
    if text is None:
        return None
    if primitive == "boolean":
        return _BOOLEANS.get(text, text)
    if primitive in _WHOLE_NUMBERS or primitive == "decimal":
        if _WHOLE.fullmatch(text):
            return int(text)
        if primitive == "decimal" and _DECIMAL.fullmatch(text):
            return float(text)
    return text


def _array_or_one(found: list[Any], element: Element) -> Any:  # noqa: ANN401
    """Return an array where R4 has one; two of what R4 has once stay two."""
    return found if element.many or len(found) != 1 else found[0]


def _not_xml(what: str) -> FhirRefused:
    """Return the refusal of a body that is not one clean XML document."""
    return FhirRefused(NOT_XML, "Bundle", rule=f"The body {what}")

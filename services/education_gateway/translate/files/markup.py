"""XML of the field: any namespace, any order, one person at a time."""

import hashlib
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

from lxml import etree

from services.education_gateway.translate.files.layout import BrokenFileError, Raw

_HEADER: Final = "header"
_NUMBER: Final = "{urn:throughline:cut}record"
"""Attribute that says, in a copy from which records were left out, which one this was."""
_DIGITS: Final = 9
_TAIL: Final = 4096
_BEGUN: Final = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_SHALLOW: Final = 3
"""Depth above which what a document holds is let go of while its header is looked for."""
_MOST_AT_ONCE: Final = 200_000
"""Elements held at the same time: more than any one record, or a header, has."""
_CUT_OFF: Final = "ends before its end: it was cut off, so nothing of it was taken in"
_MALFORMED: Final = "is not well-formed XML, so nothing of it was taken in"
_TOO_MUCH: Final = (
    "holds more elements outside records, or in one, than any return does"
)
_DEEPEST: Final = 40
_MOST_LEAVES: Final = 5000


@dataclass(frozen=True, slots=True)
class Shape:
    """An element that is a record, and the records within it."""

    element: str
    """Its name in small letters, without a namespace."""
    table: str
    id_column: str
    """Column that holds the key made for it."""
    natural: tuple[tuple[str, ...], ...]
    """Leaves that tell it from others: the first set that is whole, else the last."""
    parent_column: str = ""
    children: tuple["Shape", ...] = ()
    latest: tuple[str, str] | None = None
    """A leaf that may come once for each of several times, and the leaf that dates it."""


def name_of(element: Any) -> str:  # noqa: ANN401 - lxml's own classes are not public
    """Return an element's name in small letters; of a comment nothing."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


@dataclass(slots=True)
class _Since:
    """How many elements were met since what had been read was let go of."""

    elements: int = 0


def _parsed(
    stream: BinaryIO,
    events: tuple[Literal["start", "end"], ...],
    since: "_Since | None" = None,
) -> Iterator[tuple[str, Any]]:
    """
    Yield what the parser meets; raises BrokenFileError for what is not well-formed.

    Who reads on lets go of what was read, and says so in *since*: so many elements as
    are held at once, and no more, are bearable.
    """
    _seek(stream)
    since, first = since or _Since(), True
    try:
        for event, element in etree.iterparse(
            stream,
            events=events,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            if first:
                _no_doctype(element)
                first = False
            since.elements += 1
            if since.elements > _MOST_AT_ONCE:
                raise BrokenFileError(_TOO_MUCH, remedy="Check what wrote the file.")
            yield event, element
    except etree.XMLSyntaxError as error:
        where = f"line {error.lineno or 0}"
        rule, remedy = _MALFORMED, "Check what wrote the file, and write it again."
        if _ends_early(stream):
            rule, remedy = _CUT_OFF, "Export it again, whole, and send that."
        raise BrokenFileError(rule, where=where, remedy=remedy) from None


def _seek(stream: BinaryIO) -> None:
    """Go to where a document begins: blank lines may stand before it."""
    stream.seek(0)
    head = stream.read(_TAIL)
    stream.seek(len(head) - len(head.lstrip(b" \t\r\n")))


def _ends_early(stream: BinaryIO) -> bool:
    """Return whether the end of a document is not that of its first element."""
    stream.seek(0)
    began = _BEGUN.search(stream.read(_TAIL).replace(b"\x00", b""))  # of UTF-16
    stream.seek(max(0, stream.seek(0, io.SEEK_END) - _TAIL))
    tail = stream.read().replace(b"\x00", b"").rstrip()
    return not began or not re.search(
        rb"</(?:[\w.-]+:)?" + re.escape(began[1]) + rb"\s*>$", tail
    )


def _no_doctype(element: Any) -> None:  # noqa: ANN401
    """Refuse a document type: it can hide a file of any size in a few lines."""
    if element.getroottree().docinfo.internalDTD is not None:
        rule = "has a document type declaration"
        raise BrokenFileError(rule, where="line 1", remedy="Leave out the DOCTYPE.")


def root_of(stream: BinaryIO) -> str:
    """Return the name of the root element in small letters; raises BrokenFileError."""
    for _, element in _parsed(stream, ("start",)):
        return name_of(element)
    raise BrokenFileError("is empty", remedy="Send the file again.")


def header_of(stream: BinaryIO) -> dict[str, str]:
    """
    Return the leaves of the header, by `parent.name`, in small letters.

    It may stand behind the records; those are let go of on the way.
    """
    within, depth, since = False, 0, _Since()
    for event, element in _parsed(stream, ("start", "end"), since):
        is_header = name_of(element) == _HEADER
        if event == "start":
            within, depth = within or is_header, depth + 1
            continue
        depth -= 1
        if is_header:
            return _header(element)
        if not within and 0 < depth < _SHALLOW:
            _let_go(element)
            since.elements = 0
    return {}


def _header(element: Any) -> dict[str, str]:  # noqa: ANN401
    """Return the leaves of a header."""
    return {
        f"{name_of(leaf.getparent())}.{name_of(leaf)}": (leaf.text or "").strip()
        for leaf in element.iter()
        if len(leaf) == 0 and name_of(leaf)
    }


def _let_go(element: Any) -> None:  # noqa: ANN401
    """Empty an element that was read, and take away those before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def records(
    stream: BinaryIO, top: Shape, header: dict[str, str], start: int = 0
) -> Iterator[Raw]:
    """Yield the records of a document, each after the one that it belongs to."""
    count, since = start, _Since()
    for _, element in _parsed(stream, ("end",), since):
        if name_of(element) != top.element:
            continue
        count = max(count, _number(element) - 1)
        for table, values in _of(element, top, "", 0):
            count += 1
            yield Raw(table, count, header | values)
        _let_go(element)
        since.elements = 0


def _number(element: Any) -> int:  # noqa: ANN401
    """Return which record an element was before others were left out, if that is said."""
    said = element.get(_NUMBER, "")
    return int(said) if said.isdecimal() and len(said) < _DIGITS else 0


def pruned(stream: BinaryIO, top: Shape, keep: Collection[int]) -> bytes:
    """
    Return a document without the records whose number is not in *keep*, whole.

    Those that are kept say which they were, so that a report names the sender's own.
    """
    count, gone, since = 0, list[Any](), _Since()
    root: Any = None
    for _, element in _parsed(stream, ("end",), since):
        root = element
        if name_of(element) == top.element:
            first, since.elements = count + 1, 0
            count += sum(1 for _ in _of(element, top, "", 0))
            if first not in keep:
                element.clear(keep_tail=True)
                gone.append(element)  # the parser still needs it where it stands
            elif gone:
                element.set(_NUMBER, str(first))
    for element in gone:
        element.getparent().remove(element)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _of(
    element: Any,  # noqa: ANN401
    shape: Shape,
    parent: str,
    nth: int,
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a record and those within it."""
    inner = {child.element: child for child in shape.children}
    values, nested = _leaves(element, inner)
    values |= _latest(element, shape.latest) if shape.latest else {}
    own = _made(shape, values, parent, nth)
    values[shape.id_column] = own
    if shape.parent_column:
        values[shape.parent_column] = parent
    yield shape.table, values
    seen: dict[tuple[str, str], int] = {}
    for child in nested:
        below = inner[name_of(child)]
        mark = (below.table, _made(below, _leaves(child, {})[0], own, 0))
        seen[mark] = seen.get(mark, 0) + 1
        yield from _of(child, below, own, seen[mark] - 1)


def _leaves(
    element: Any,  # noqa: ANN401
    inner: dict[str, Shape],
) -> tuple[dict[str, str], list[Any]]:
    """Return what an element says itself, and the records within it."""
    values: dict[str, str] = {}
    nested: list[Any] = []
    waiting = [(child, 1) for child in element]
    while waiting:
        one, depth = waiting.pop(0)
        if name_of(one) in inner:
            nested.append(one)
        elif len(one):
            _bearable(depth, len(values))
            waiting[:0] = [(child, depth + 1) for child in one]
        elif name_of(one):
            values.setdefault(name_of(one), (one.text or "").strip())
    return values, nested


def _latest(
    element: Any,  # noqa: ANN401
    names: tuple[str, str],
) -> dict[str, str]:
    """Return the leaf that is dated last, with its own date and with no other's."""
    leaf, dated = names
    said = [
        {dated: ""} | {name_of(one): (one.text or "").strip() for one in group}
        for group in element.iter()
        if any(name_of(one) == leaf for one in group)
    ]
    last = max(said, key=lambda one: one[dated], default={dated: ""})
    return {name: last[name] for name in names if name in last}


def _bearable(depth: int, leaves: int) -> None:
    """Refuse an element that nests or holds more than any real one does."""
    if depth > _DEEPEST or leaves > _MOST_LEAVES:
        rule = "nests its elements deeper, or holds more of them, than any return does"
        raise BrokenFileError(rule, remedy="Check what wrote the file.")


def _made(shape: Shape, values: dict[str, str], parent: str, nth: int) -> str:
    """Return a key for a record that the document gives none."""
    sets = [[values.get(name, "") for name in names] for names in shape.natural]
    chosen = next((parts for parts in sets if all(parts)), sets[-1])
    if (
        not parent and len(chosen) > 1
    ):  # names: a digest says as much to us, and no more
        text = "/".join(chosen).casefold().encode()
        chosen = [hashlib.sha256(text).hexdigest()[:32]]
    own = "/".join([part for part in (parent, *chosen) if part])
    return f"{own}#{nth + 1}" if nth else own

"""XML of the field: any namespace, any order, one person at a time."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

from lxml import etree

from services.education_gateway.translate.files.layout import BrokenFileError, Raw

_HEADER: Final = "header"
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


def name_of(element: Any) -> str:  # noqa: ANN401 - lxml's own classes are not public
    """Return an element's name in small letters; of a comment nothing."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _parsed(
    stream: BinaryIO, events: tuple[Literal["start", "end"], ...]
) -> Iterator[tuple[str, Any]]:
    """Yield what the parser meets; raises BrokenFileError for what is not well-formed."""
    stream.seek(0)
    first = True
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
            yield event, element
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        rule = "is not well-formed XML, or ends before its end"
        remedy = "Write the file again; it may have been cut off."
        raise BrokenFileError(rule, where=f"line {line}", remedy=remedy) from None


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
    """Return the leaves of the header, by `parent.name`, in small letters."""
    for _, element in _parsed(stream, ("end",)):
        if name_of(element) == _HEADER:
            return {
                f"{name_of(leaf.getparent())}.{name_of(leaf)}": (
                    leaf.text or ""
                ).strip()
                for leaf in element.iter()
                if len(leaf) == 0 and name_of(leaf)
            }
    return {}


def records(
    stream: BinaryIO, top: Shape, header: dict[str, str], start: int = 0
) -> Iterator[Raw]:
    """Yield the records of a document, each after the one that it belongs to."""
    count = start
    for _, element in _parsed(stream, ("end",)):
        if name_of(element) != top.element:
            continue
        for table, values in _of(element, top, "", 0):
            count += 1
            yield Raw(table, count, header | values)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def pruned(stream: BinaryIO, top: Shape, keep: Collection[int]) -> bytes:
    """Return a document without the records whose number is not in *keep*, whole."""
    count, gone = 0, list[Any]()
    root: Any = None
    for _, element in _parsed(stream, ("end",)):
        root = element
        if name_of(element) == top.element:
            first = count + 1
            count += sum(1 for _ in _of(element, top, "", 0))
            if first not in keep:
                element.clear(keep_tail=True)
                gone.append(element)  # the parser still needs it where it stands
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

"""JSON Schema of each event, as a publisher sends it to `POST /events`."""

from collections.abc import Callable
from typing import Any, Final, get_args

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from deploy.documents.wording import Document, as_json, worded
from schemas.events import CATALOGUE, EventType
from schemas.events.coded import carried_of
from schemas.events.person import EventWithdrawn
from schemas.identifiers import NhsNumber, Organisation, Uln, Upn

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_WORDS: Final = worded("attributes")
_PURGES: Final = {"properties": {"purge": {"const": True}}, "required": ["purge"]}


def _check(annotated: object) -> Callable[..., Any]:
    """Return the function by which an identifier's type judges a value."""
    check: Callable[..., Any] = get_args(annotated)[1].func
    return check


_FORMS: Final = {
    _check(NhsNumber): _WORDS["forms"]["nhs_number"],
    _check(Upn): _WORDS["forms"]["upn"],
    _check(Uln): _WORDS["forms"]["uln"],
    _check(Organisation): _WORDS["forms"]["organisation"],
}


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with the forms of identifiers and without made-up titles."""

    def field_title_should_be_set(self, schema: object) -> bool:
        """Say that no member gets a title made from its name."""
        del schema
        return False

    def function_after_schema(
        self, schema: core_schema.AfterValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """Return the schema of a checked value, with the form that is checked."""
        plain = super().function_after_schema(schema)
        check: Any = schema["function"]["function"]
        form: JsonSchemaValue = _FORMS.get(check, {})
        return plain | form


def documents() -> dict[str, str]:
    """Return the schema of each type of the catalogue, by path."""
    return {
        f"events/{name}/schema.json": as_json(schema_of(kind))
        for name, kind in CATALOGUE.items()
    }


def schema_of(kind: EventType) -> Document:
    """Return the schema of the structured CloudEvent of that type."""
    data = data_schema(kind)
    parts = data.pop("$defs")
    own: Document = {"type": {"const": kind.name}, "data": data}
    purges_nothing = kind.data is EventWithdrawn
    if purges_nothing:
        own["purge"] = _WORDS["purges_nothing"]
    carried = {} if purges_nothing else _carried(kind, data)
    return {
        "$schema": DRAFT,
        "$id": f"{_WORDS['base']}/events/{kind.name}/schema.json",
        "title": kind.title,
        "description": data.pop("description"),
        "type": "object",
        "required": _WORDS["required"],
        "properties": _WORDS["published"] | own,
        **({"anyOf": [_PURGES, carried]} if carried else {}),
        "$defs": parts,
    }


def _carried(kind: EventType, data: Document) -> Document:
    """
    Return what an event that purges nothing must carry; *data* then asks for it no more.

    A member that must be carried is never null.
    """
    groups, members = carried_of(kind.data), data["properties"]
    alone = [names[0] for names in groups if len(names) == 1]
    some = [name for names in groups if len(names) > 1 for name in names]
    members |= {name: _not_null(members[name]) for name in alone}
    asked = [*data["required"], *alone]
    data["required"] = [name for name in asked if name == "person"]
    choices = [
        {"required": [name], "properties": {name: _not_null(members[name])}}
        for name in some
    ]
    said = {"required": asked} | ({"anyOf": choices} if choices else {})
    return {"properties": {"data": said}} if len(asked) > 1 or choices else {}


def _not_null(member: Document) -> Document:
    """Return the schema of a member that may be left out and is not null or empty."""
    kept = {name: said for name, said in member.items() if name != "default"}
    if member.get("type") == "array":
        return kept | {"minItems": 1}
    plain = [one for one in kept.pop("anyOf") if one != {"type": "null"}]
    said: Document = plain[0]
    return said | kept


def data_schema(kind: EventType) -> Document:
    """Return the schema of the event's data, with its parts under `$defs`."""
    made: Document = kind.data.model_json_schema(schema_generator=_Generator)
    made["$defs"]["Person"]["anyOf"] = _WORDS["identified"]
    for part in (made, *made["$defs"].values()):
        part.pop("title", None)
    return made

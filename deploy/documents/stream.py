"""AsyncAPI 3.0 of the topics, from `schemas/topics.py` and the catalogue."""

from collections.abc import Iterator
from typing import Any, Final, get_args

from deploy.documents.events import data_schema
from deploy.documents.wording import LICENCE, VERSION, Document, as_yaml, worded
from schemas import topics
from schemas.events import CATALOGUE, EventType
from schemas.topics import PARTITIONS, Topic, settings_of
from services.clocks.rules import Kind

_ATTRIBUTES: Final = worded("attributes")
_TOPICS: Final = worded("topics")
_NUMBERS: Final = "Whole number"
_LISTS: Final = {"cleanup.policy"}
_WHOLE: Final = {"retention.ms", "max.message.bytes"}
_BODIES: Final = {"message.refused.v1": "unread"}
"""Types outside the catalogue whose value is not that of their kind of record."""

_ANY: Final = next(iter(CATALOGUE))
"""The person has the same schema in every type."""


def documents() -> dict[str, str]:
    """Return the description of every topic, by path."""
    return {"asyncapi.yaml": as_yaml(described())}


def described() -> Document:
    """Return the AsyncAPI document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Throughline: the shared stream",
            "version": VERSION,
            "description": _TOPICS["summary"],
            "license": {"name": LICENCE["name"]},
        },
        "defaultContentType": "application/json",
        "servers": {
            "development": {"host": "127.0.0.1:19092", "protocol": "kafka"},
        },
        "channels": {topic.name: _channel(topic) for topic in topics.ALL},
        "operations": dict(_operations()),
        "components": {
            "messages": {
                _key(topic, name): _message(topic, name, kind)
                for topic in topics.ALL
                for name, kind in messages_of(topic).items()
            },
            "schemas": _headers_by_kind() | _bodies(),
        },
    }


def messages_of(topic: Topic) -> dict[str, str]:
    """Return the types of event that *topic* carries, each with its kind of record."""
    said = _TOPICS["channels"][topic.name]
    found: dict[str, str] = {}
    if "catalogue" in said:
        found |= dict.fromkeys(CATALOGUE, said["catalogue"])
    if "clocks" in said:
        found |= {f"clock.{name}.v1": said["clocks"] for name in get_args(Kind)}
    found |= said.get("kinds", {})
    return found


def attributes_of(kind: str) -> tuple[list[str], list[str]]:
    """Return the attributes that a kind of record always has, and may have."""
    said = _ATTRIBUTES["kinds"][kind]
    before = _ATTRIBUTES["kinds"]["translated"]["always"] if kind == "linked" else []
    return [*before, *said["always"]], said["maybe"]


def _key(topic: Topic, name: str) -> str:
    """Return what a message is called among all."""
    return f"{topic.name}.{name}"


def _channel(topic: Topic) -> Document:
    """Return one topic."""
    return {
        "address": topic.name,
        "title": _TOPICS["channels"][topic.name]["title"],
        "description": f"Stage {topic.stage}. {_kept(topic)}. Key: {topic.key}.",
        "messages": {
            name: {"$ref": f"#/components/messages/{_key(topic, name)}"}
            for name in messages_of(topic)
        },
        "bindings": {"kafka": _binding(topic)},
    }


def _kept(topic: Topic) -> str:
    """Say how long a record stays."""
    days = topic.retention_ms // (24 * 60 * 60 * 1000)
    return f"Kept for {days} days" if topic.retention_ms > 0 else "Kept for ever"


def _binding(topic: Topic) -> Document:
    """Return partitions and settings, in the words of AsyncAPI's Kafka binding."""
    asked = settings_of(topic, brokers=1)
    lists: Document = {name: [asked[name]] for name in sorted(_LISTS)}
    whole: Document = {name: int(asked[name]) for name in sorted(_WHOLE)}
    return {
        "topic": topic.name,
        "partitions": PARTITIONS,
        "topicConfiguration": lists | whole,
        "bindingVersion": "0.5.0",
    }


def _operations() -> Iterator[tuple[str, Document]]:
    """Yield what each service does with each topic."""
    for topic in topics.ALL:
        for action, services in (("send", topic.writers), ("receive", topic.readers)):
            for service in services:
                yield (
                    f"{service}.{action}.{topic.name}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{topic.name}"},
                        "tags": [{"name": service}],
                    },
                )


def _message(topic: Topic, name: str, kind: str) -> Document:
    """Return one type of event as one topic carries it."""
    return {
        "name": name,
        "title": CATALOGUE[name].title if name in CATALOGUE else name,
        "contentType": "application/json",
        "headers": _schema(f"{kind}.headers"),
        "payload": _payload(name, kind),
        "bindings": {
            "kafka": {"key": {"type": "string", "description": topic.key}},
        },
    }


def _schema(name: str) -> Document:
    """Return the reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _payload(name: str, kind: str) -> Document:
    """Return the value of a record; a translated event says whom it is about."""
    body = _schema(name if name in CATALOGUE else _BODIES.get(name, kind))
    if kind != "translated":
        return body
    person = {"$ref": f"events/{_ANY}/schema.json#/$defs/Person"}
    return {
        "type": "object",
        "required": ["person", "data"],
        "properties": {"person": person, "data": body},
    }


def _headers_by_kind() -> Document:
    """Return the headers of every kind of record."""
    return {f"{kind}.headers": _headers(kind) for kind in _ATTRIBUTES["kinds"]}


def _bodies() -> Document:
    """Return the data of every type, without identifiers, and every other value."""
    events = {name: _without_person(kind) for name, kind in CATALOGUE.items()}
    others: Document = _ATTRIBUTES["payloads"]
    return events | others


def _headers(kind: str) -> Document:
    """Return the headers of a kind of record."""
    always, maybe = attributes_of(kind)
    said = _ATTRIBUTES["headers"]
    own = {f"ce_{name}": _header(said[name]) for name in (*always, *maybe)}
    if kind == "refusal":
        why = _ATTRIBUTES["refusal_headers"]
        own = {f"x_{name}": _header(text) for name, text in why.items()}
    required = list(own) if kind == "refusal" else [f"ce_{name}" for name in always]
    return {"type": "object", "required": required, "properties": own}


def _header(description: str) -> Document:
    """Return one header; all are text on Kafka."""
    form = {"pattern": "^-?[0-9]+$"} if _NUMBERS in description else {}
    return {"description": description, "type": "string", **form}


def _without_person(kind: EventType) -> Document:
    """Return the schema of data from which the identifiers are gone."""
    schema = data_schema(kind)
    inner: Any = schema.pop("$defs")
    del schema["properties"]["person"]
    schema["required"].remove("person")
    for name, member in schema["properties"].items():
        reference = member.get("$ref", "").rpartition("/")[2]
        schema["properties"][name] = inner.get(reference, member)
    return schema

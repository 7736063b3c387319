"""OpenAPI of each service's JSON doors, from its routes and from doors.yaml."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.documents.services import built
from deploy.documents.wording import LICENCE, VERSION, Document, as_yaml, worded
from schemas.errors import Stopped
from schemas.events import CATALOGUE
from services.runtime.parts import Parts
from services.runtime.service import Service
from services.runtime.settings import PORTS

_WORDS: Final = worded("doors")
_BASE: Final = 8100
_OK: Final = "200"
_PROBLEM: Final = "application/problem+json"
_USUAL: Final = (401, 403, 404, 422, 503)
_REFERENCE: Final = re.compile(r"#/components/schemas/(\w+)")


def documents() -> dict[str, str]:
    """Return the description of every service's doors, by path."""
    return {
        f"openapi/{name}.yaml": as_yaml(described(service, parts))
        for name, (service, parts) in built().items()
    }


def described(service: Service, parts: Parts) -> Document:
    """Return the OpenAPI document of one service."""
    said = _WORDS["services"][service.name]
    found = service.app(parts).openapi()
    _check_doors(service.name, found["paths"], said["doors"])
    paths = {
        path: dict(_operations(service.name, path, methods, said["doors"]))
        for path, methods in found["paths"].items()
    }
    made = found.get("components", {}).get("schemas", {})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Throughline: {service.name}",
            "version": VERSION,
            "description": said["about"],
            "license": LICENCE,
        },
        "servers": [{"url": f"http://127.0.0.1:{_BASE + PORTS[service.name]}"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _needed(paths, made | _WORDS["schemas"] | _event(said)),
        },
    }


def _check_doors(name: str, found: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Raise Stopped where doors.yaml speaks of a route that there is not."""
    real = {f"{method.upper()} {path}" for path in found for method in found[path]}
    gone = sorted(said.keys() - real)
    if gone:
        raise Stopped(f"deploy/documents/doors.yaml: {name} has no {', '.join(gone)}")


def _operations(
    name: str, path: str, methods: Mapping[str, Any], doors: Mapping[str, Any]
) -> Iterator[tuple[str, Document]]:
    """Yield each method of a path with what it takes and gives."""
    for method, found in methods.items():
        said = doors.get(f"{method.upper()} {path}", {})
        words = re.sub(r"\W+", "_", path).strip("_") or "start"
        yield (
            method,
            {
                "operationId": f"{name}_{method}_{words}",
                "summary": found["description"],
                **_taken(found, said),
                "responses": _given(said) | dict(_problems(said)),
            },
        )


def _taken(found: Mapping[str, Any], said: Mapping[str, Any]) -> Document:
    """Return parameters and body, where there are any."""
    parameters = [
        *({**one, "schema": {"type": "string"}} for one in found.get("parameters", ())),
        *(_WORDS["parameters"][name] for name in said.get("parameters", ())),
        *(_in_query(name, schema) for name, schema in said.get("query", {}).items()),
    ]
    takes = {kind: {"schema": schema} for kind, schema in said.get("takes", {}).items()}
    body = {"required": True, "content": takes} if takes else found.get("requestBody")
    own = {"parameters": parameters} if parameters else {}
    return own | ({"requestBody": body} if body else {})


def _in_query(name: str, schema: Mapping[str, Any]) -> Document:
    """Return an optional parameter of the query."""
    return {"name": name, "in": "query", "required": False, "schema": dict(schema)}


def _given(said: Mapping[str, Any]) -> Document:
    """Return the good answer: a schema's name, whole responses, or any object."""
    gives = said.get("gives", {})
    if isinstance(gives, str):
        return _answer({"$ref": f"#/components/schemas/{gives}"})
    whole = {str(status): response for status, response in gives.items()}
    return whole or _answer({})


def _answer(schema: Document) -> Document:
    """Return a JSON answer of 200."""
    content = {"application/json": {"schema": schema}}
    return {_OK: {"description": "What was asked for.", "content": content}}


def _problems(said: Mapping[str, Any]) -> Iterator[tuple[str, Document]]:
    """Yield what is answered when it cannot be done."""
    kind = said.get("problem", _PROBLEM)
    problem = {"$ref": "#/components/schemas/Problem"}
    schema = problem if kind == _PROBLEM else {"type": "object"}
    for status in said.get("problems", _USUAL):
        description = _WORDS["problems"][status]
        content = {kind: {"schema": schema}}
        yield str(status), {"description": description, "content": content}


def _event(said: Mapping[str, Any]) -> Document:
    """Return the schema of any event, for a door that takes those of the catalogue."""
    if not said.get("catalogue"):
        return {}
    types = [{"$ref": f"../events/{name}/schema.json"} for name in CATALOGUE]
    return {"Event": {"anyOf": types}}


def _needed(paths: Document, known: Document) -> Document:
    """Return those of *known* that *paths* refer to, and what those refer to."""
    wanted, found = set(_REFERENCE.findall(repr(paths))), set[str]()
    while wanted - found:
        found |= wanted
        wanted |= set(_REFERENCE.findall(repr([known[name] for name in found])))
    return {name: schema for name, schema in known.items() if name in found}

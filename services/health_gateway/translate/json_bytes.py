"""JSON as it is passed on."""

import json

import orjson


def as_json(value: object) -> bytes:
    """Return *value* as JSON; numbers may have more digits than a machine's word."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, ensure_ascii=False).encode()

"""The YAML files beside this module, and the forms in which documents are written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

Document = dict[str, Any]
VERSION: Final = "0.1.0"
LICENCE: Final = {"name": "MIT", "identifier": "MIT"}

_WIDTH: Final = 88
_MADE: Final = "# Made by `python -m deploy.generate`; change what it is made from.\n"


class _Plain(yaml.SafeDumper):
    """Writes every list and mapping where it stands, never as an alias."""

    def ignore_aliases(self, data: object) -> bool:
        """Say that *data* is to be written out."""
        del data
        return True


def worded(name: str) -> Document:
    """Return what the YAML file *name* beside this module says."""
    path = Path(__file__).with_name(f"{name}.yaml")
    said: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return said


def as_json(document: Mapping[str, Any]) -> str:
    """Return *document* as a JSON file holds it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_yaml(document: Mapping[str, Any]) -> str:
    """Return *document* as a YAML file holds it."""
    written: str = yaml.dump(
        document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    return _MADE + written

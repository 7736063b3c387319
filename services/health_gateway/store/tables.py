"""The tables of codes and of mailboxes, read from `contracts/` as they are now."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from schemas.errors import Stopped
from services.health_gateway.translate.decisions import DecisionTable
from services.health_gateway.translate.tables import (
    Mesh,
    National,
    Notices,
    Publisher,
    Tables,
)

M = TypeVar("M", bound=BaseModel)


def tables(contracts: Path) -> Tables:
    """Return what the files under *contracts* say; raises Stopped naming a bad one."""
    standards = contracts / "standards"
    return Tables(
        _model(standards / "services.yaml", National),
        _model(standards / "bars.yaml", DecisionTable),
        [
            _model(path, Publisher)
            for path in sorted((contracts / "publishers").glob("*.yaml"))
        ],
        _model(standards / "notices.yaml", Notices),
    )


def mesh(contracts: Path) -> Mesh:
    """Return whose messages a mailbox takes; raises Stopped naming a bad file."""
    return _model(contracts / "standards" / "mesh.yaml", Mesh)


def _model(path: Path, model: type[M]) -> M:
    """Return the file at *path* as *model*; raises Stopped."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as bad:
        rule = f"{path.name} cannot be understood: {type(bad).__name__}"
        raise Stopped(rule) from bad

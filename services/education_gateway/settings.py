"""What an operator may change about this service, and nothing else."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `EDUCATION_GATEWAY_*`."""

    model_config = SettingsConfigDict(
        env_prefix="EDUCATION_GATEWAY_", frozen=True, use_attribute_docstrings=True
    )

    most_events: int = Field(default=5000, gt=0)
    """Events in one array."""

    most_file_bytes: int = Field(default=256 * 1024 * 1024, gt=0)
    """Bytes of one delivery of files; more gets 413."""

    held_share: float = Field(default=0.25, ge=0, le=1)
    """Share of a state's records that may be gone before a person must release it."""

    folder: Path | None = None
    """Folder that is watched for files: `<folder>/<la-931>/<feed>/`. None: no folder."""

    clocks: str = ""
    """Address of the clocks; empty: beside this service, by the port base."""

    identity: str = ""
    """Address of identity linking; empty: beside this service, by the port base."""

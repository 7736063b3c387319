"""What an operator may change about this service, and nothing else."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `IDENTITY_LINKING_*`."""

    model_config = SettingsConfigDict(
        env_prefix="IDENTITY_LINKING_", frozen=True, use_attribute_docstrings=True
    )

    shortest_reason: int = Field(default=5, ge=1)
    """Characters that the reason for an un-linking must have."""

"""What an operator may change about this service, and nothing else."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `DELIVERY_*`."""

    model_config = SettingsConfigDict(
        env_prefix="DELIVERY_", frozen=True, use_attribute_docstrings=True
    )

    look_every_seconds: float = Field(default=0.5, gt=0)
    """How often a waiting pull looks for what another process has added."""

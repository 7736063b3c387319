"""What an operator may change about this service, and nothing else."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `CLOCKS_*`."""

    model_config = SettingsConfigDict(
        env_prefix="CLOCKS_", frozen=True, use_attribute_docstrings=True
    )

    look_every_seconds: float = Field(default=5.0, gt=0)
    """How often the day's warnings are looked for."""

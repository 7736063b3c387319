"""What an operator may change about this service, and nothing else."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `EDUCATION_GATEWAY_*`."""

    model_config = SettingsConfigDict(
        env_prefix="EDUCATION_GATEWAY_", frozen=True, use_attribute_docstrings=True
    )

    most_events: int = Field(default=5000, gt=0)
    """Events in one array."""

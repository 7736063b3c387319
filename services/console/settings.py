"""What an operator may change about this service, and nothing else."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `CONSOLE_*`."""

    model_config = SettingsConfigDict(
        env_prefix="CONSOLE_", frozen=True, use_attribute_docstrings=True
    )

    addresses: dict[str, str] = Field(default_factory=dict)
    """URL of each service, as a JSON object; those left out are on this machine."""

    balance_every_seconds: float = Field(default=60.0, gt=0)
    """How often it is counted whether anything was lost on the way."""

    settle_seconds: float = Field(default=8.0, ge=0)
    """How long a receipt or the ledger may be behind before that is a difference."""

    refused_days: int = Field(default=90, ge=1)
    """Days that a refused message is kept with its bytes."""

    shortest_reason: int = Field(default=5, ge=1)
    """Characters that the reason for a replay must have."""

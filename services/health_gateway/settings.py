"""What an operator may change about this service, and nothing else."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `HEALTH_GATEWAY_*`."""

    model_config = SettingsConfigDict(
        env_prefix="HEALTH_GATEWAY_", frozen=True, use_attribute_docstrings=True
    )

    endpoint: str = "urn:throughline:health-gateway"
    """Our address as response messages give it."""

    service_id: str = ""
    """Our identifier in the directory of services; empty: not checked."""

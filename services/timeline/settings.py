"""What an operator may change about this service, and nothing else."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `TIMELINE_*`."""

    model_config = SettingsConfigDict(
        env_prefix="TIMELINE_", frozen=True, use_attribute_docstrings=True
    )

    issuer_token: str = ""
    """Where the development sign-in gets tokens; absent: the issuer's /token."""

"""What an operator may change about this service, and nothing else."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once at start from `CLOCKS_*`."""

    model_config = SettingsConfigDict(
        env_prefix="CLOCKS_", frozen=True, use_attribute_docstrings=True
    )

    look_every_seconds: float = Field(default=5.0, gt=0)
    """How often the day's warnings are looked for."""

    digest_every_seconds: float = Field(default=60.0, gt=0)
    """How often it is looked whether someone is to be told what is owed today."""

    digest_from_hour: int = Field(default=6, ge=0, le=23)
    """London hour before which no digest is made; none where the day is fixed."""

    digest_folder: Path | None = None
    """Folder in which every digest is written; None: `outbox` in the data folder."""

    digest_from: str = "throughline@localhost"
    """Address that digests come from."""

    digest_link: str = ""
    """Address of the page of what is owed; empty: beside this service."""

    smtp: str = Field(default="", pattern=r"^$|^.+:[0-9]+$")
    """Mail server, `host:port`; empty: digests are written and not mailed."""

    smtp_security: Literal["none", "starttls", "tls"] = "starttls"

    smtp_user: str = ""
    """Empty: the server asks for no password."""

    smtp_password: SecretStr = SecretStr("")

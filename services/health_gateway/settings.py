"""What an operator may change about this service, and nothing else."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
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

    mesh_url: str = ""
    """Address of MESH; empty: no mailbox is emptied."""

    mesh_mailbox: str = ""
    """Id of our mailbox, as NHS England gave it."""

    mesh_password: SecretStr = SecretStr("")
    """Password of the mailbox."""

    mesh_shared_key: SecretStr = SecretStr("")
    """Key of the environment, with which every request is signed."""

    mesh_ca: Path | None = None
    """Certificates of those who may vouch for MESH; absent: those of mesh-client."""

    mesh_certificate: Path | None = None
    """Our own certificate, for mutual TLS."""

    mesh_key: Path | None = None
    """Its key."""

    mesh_poll_seconds: float = Field(default=10.0, gt=0)
    """How long the mailbox is left alone when it was empty."""

    @model_validator(mode="after")
    def _mailbox_is_whole(self) -> Self:
        """Refuse a mailbox of which something is missing, rather than never empty it."""
        known = (self.mesh_mailbox, self.mesh_password, self.mesh_shared_key)
        if self.mesh_url and not all(known):
            raise ValueError(
                "mesh_url needs mesh_mailbox, mesh_password, mesh_shared_key"
            )
        if (self.mesh_certificate is None) != (self.mesh_key is None):
            raise ValueError("mesh_certificate and mesh_key go together")
        return self

    @property
    def mesh_client_certificate(self) -> tuple[str, str] | None:
        """Our certificate and its key as mesh-client wants them."""
        if self.mesh_certificate is None or self.mesh_key is None:
            return None
        return str(self.mesh_certificate), str(self.mesh_key)

    @property
    def mesh_authority(self) -> str | None:
        """The certificates that vouch for MESH as mesh-client wants them."""
        return None if self.mesh_ca is None else str(self.mesh_ca)

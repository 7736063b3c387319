"""What every service is told from outside: the shared `THROUGHLINE_*` settings."""

from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CONTRACTS: Final = Path(__file__).resolve().parents[2] / "contracts"

EXIT_STOPPED: Final = 78
"""Exit code when a person must act first (EX_CONFIG of sysexits.h)."""

PORTS: Final = {
    "health_gateway": 1,
    "education_gateway": 2,
    "identity_linking": 3,
    "clocks": 4,
    "timeline": 5,
    "delivery": 6,
    "console": 7,
}
"""Place of each service's port behind `THROUGHLINE_PORT_BASE`."""


class Shared(BaseSettings):
    """Read once at start from `THROUGHLINE_*`; a bad value stops the start."""

    model_config = SettingsConfigDict(
        env_prefix="THROUGHLINE_", frozen=True, use_attribute_docstrings=True
    )

    kafka: str = "127.0.0.1:19092"
    """Bootstrap servers, `host:port`, separated by commas."""

    postgres: str = "postgresql://postgres@127.0.0.1:5432/postgres"
    """Address of the database, as asyncpg reads it."""

    data: Path = Path("var")
    """Folder for what a process keeps beside the database."""

    secret: SecretStr = Field(min_length=16)
    """Key of every keyed hash. Without it a service must not start."""

    issuer: str = "http://127.0.0.1:8100"
    """Issuer of the tokens that are accepted; its keys are at /.well-known/jwks.json."""

    mode: Literal["development", "production"] = "production"

    today: date | None = None
    """Fixes `today` for clocks and pages, never `time` or a token's expiry."""

    port_base: int = 8100
    """Issuer here, then the services in the order of design §4 at +1 to +7."""

    host: str = "127.0.0.1"
    """Address that the doors listen on."""

    instance: str = ""
    """Name of this process among its service's; lets a restarted one resume at once."""

    contracts: Path = CONTRACTS
    """Folder of agreements and clock rules."""

    cohorts: Path | None = None
    """Folder of the lists of keyed hashes that scope rules name; absent: in `data`."""

    body_limit_bytes: int = 5_000_000
    """Larger bodies get 413."""

    @property
    def development(self) -> bool:
        """Whether this is a development or demonstration installation."""
        return self.mode == "development"

    @property
    def cohort_folder(self) -> Path:
        """Where the lists are that scope rules name."""
        return self.cohorts or self.data / "cohorts"

    @property
    def key(self) -> bytes:
        """The secret as bytes, at most 64 of them: the limit of a keyed BLAKE2b."""
        return self.secret.get_secret_value().encode()[:64]

"""`throughline`: the one command. The console's commands, and what starts services."""

import importlib
import os
import sys
from typing import Annotated, Final

import typer

from deploy.local.simulator.command import simulate
from deploy.returns.command import area_send_lists, sen2_return
from deploy.validation.command import validate
from schemas.errors import Stopped
from services.console.cli import app, failed
from services.education_gateway import cli as mapping
from services.runtime.settings import EXIT_STOPPED, PORTS, Shared

_SERVICES: Final = tuple(name.replace("_", "-") for name in PORTS)

Org = Annotated[str, typer.Argument(help="Organisation, e.g. urn:dfe:la:931.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Role; repeatable.")]
Scopes = Annotated[list[str] | None, typer.Option("--scope", help="Scope; repeatable.")]
Ttl = Annotated[int, typer.Option(help="Seconds; a negative one makes it expired.")]

app.command()(simulate)
app.command()(validate)
app.command("sen2")(sen2_return)
app.command("area-send")(area_send_lists)


app.add_typer(mapping.app, name="mapping")


@app.command()
def run(
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(_SERVICES)}.")],
) -> None:
    """Run one service against any Kafka and Postgres, by the THROUGHLINE_ settings."""
    name = service.replace("-", "_")
    if name not in PORTS:
        raise failed(2, f"no such service; choose one of: {', '.join(_SERVICES)}")
    os.environ.setdefault("THROUGHLINE_INSTANCE", f"{service}-1")
    try:
        code = importlib.import_module(f"services.{name}.app").main(_shared())
    except Stopped as stopped:
        raise failed(EXIT_STOPPED, str(stopped)) from None
    raise typer.Exit(code)


def _shared() -> Shared:
    """Return the shared settings, or end with what is wrong with them."""
    try:
        return Shared()
    except ValueError as bad:
        names = sorted({str(error["loc"][0]) for error in _errors(bad)})
        wrong = ", ".join("THROUGHLINE_" + name.upper() for name in names)
        raise failed(2, f"these settings are missing or wrong: {wrong}") from None


def _errors(bad: ValueError) -> list[dict[str, tuple[str, ...]]]:
    """Return pydantic's complaints without their values."""
    listed: list[dict[str, tuple[str, ...]]] = bad.errors(  # type: ignore[attr-defined]
        include_input=False, include_url=False, include_context=False
    )
    return listed


@app.command()
def token(
    org: Org, role: Roles = None, scope: Scopes = None, ttl: Ttl = 28_800
) -> None:
    """Print a development token."""
    issuer = importlib.import_module("deploy.local.issuer")  # slow, and seldom needed
    scopes = " ".join(scope or [issuer.DEFAULT_SCOPE])
    try:
        sys.stdout.write(issuer.token(org, role or [], scopes, ttl) + "\n")
    except ValueError:
        raise failed(
            2, "an organisation is urn:ods:…, urn:dfe:la:… or urn:dfe:urn:…"
        ) from None


@app.command()
def cohort() -> None:
    """
    Turn identifiers on stdin into the keyed hashes of a cohort list, on stdout.

    A line is an NHS number, or `nhs_number,…`, `upn,…`, `local_id,…`. Run it where
    THROUGHLINE_SECRET is that of the gateways; nothing of what is read is kept.
    """
    lists = importlib.import_module("services.runtime.intake.scope_rules")
    try:
        hashes = lists.cohort_lines(_shared().key, sys.stdin)
    except ValueError as bad:
        raise failed(2, str(bad)) from None
    sys.stdout.writelines(f"{one}\n" for one in hashes)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()

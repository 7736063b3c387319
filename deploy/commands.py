"""Every command of `throughline`: the console's, and those of development."""

import importlib
import sys
from typing import Annotated

import typer

from deploy.local.simulator.command import simulate
from deploy.returns.command import area_send_lists, sen2_return
from deploy.running import failed, run, shared
from deploy.validation.command import validate
from services.console.cli import app
from services.education_gateway import cli as mapping

Org = Annotated[str, typer.Argument(help="Organisation, e.g. urn:dfe:la:931.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="Role; repeatable.")]
Scopes = Annotated[list[str] | None, typer.Option("--scope", help="Scope; repeatable.")]
Ttl = Annotated[int, typer.Option(help="Seconds; a negative one makes it expired.")]

app.command()(run)
app.command()(simulate)
app.command()(validate)
app.command("sen2")(sen2_return)
app.command("area-send")(area_send_lists)


app.add_typer(mapping.app, name="mapping")


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
        hashes = lists.cohort_lines(shared().key, sys.stdin)
    except ValueError as bad:
        raise failed(2, str(bad)) from None
    sys.stdout.writelines(f"{one}\n" for one in hashes)

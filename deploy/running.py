"""`throughline run`: one service, started without what the other commands need."""

import importlib
import os
from typing import Annotated, Final

import typer

from schemas.errors import Stopped
from services.runtime.memory import uncollected
from services.runtime.settings import EXIT_STOPPED, PORTS, Shared

_SERVICES: Final = tuple(name.replace("_", "-") for name in PORTS)

app = typer.Typer(add_completion=False)


@app.callback()
def _named() -> None:
    """Keep `run` a command of its own, though it is the only one here."""


@app.command()
def run(
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(_SERVICES)}.")],
) -> None:
    """Run one service against any Kafka and Postgres, by the THROUGHLINE_ settings."""
    name = service.replace("-", "_")
    if name not in PORTS:
        raise failed(2, f"no such service; choose one of: {', '.join(_SERVICES)}")
    os.environ.setdefault("THROUGHLINE_INSTANCE", f"{service}-1")
    settings = shared()
    with uncollected():
        module = importlib.import_module(f"services.{name}.app")
    try:
        code = module.main(settings)
    except Stopped as stopped:
        raise failed(EXIT_STOPPED, str(stopped)) from None
    raise typer.Exit(code)


def shared() -> Shared:
    """Return the shared settings, or end with what is wrong with them."""
    try:
        return Shared()
    except ValueError as bad:
        names = sorted({str(error["loc"][0]) for error in _errors(bad)})
        wrong = ", ".join("THROUGHLINE_" + name.upper() for name in names)
        raise failed(2, f"these settings are missing or wrong: {wrong}") from None


def failed(code: int, text: str) -> typer.Exit:
    """Say *text* on standard error and return what ends the command with *code*."""
    typer.echo(text, err=True)
    return typer.Exit(code)


def _errors(bad: ValueError) -> list[dict[str, tuple[str, ...]]]:
    """Return pydantic's complaints without their values."""
    listed: list[dict[str, tuple[str, ...]]] = bad.errors(  # type: ignore[attr-defined]
        include_input=False, include_url=False, include_context=False
    )
    return listed

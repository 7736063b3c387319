"""`republish`: what an operator does when Kafka is lost for good."""

import asyncio
import importlib
import os

from schemas.errors import Stopped
from services.console.cli.answers import (
    FAILED,
    USAGE,
    confirm,
    failed,
    print_json,
    print_rows,
    remark,
)
from services.console.cli.options import AsJson, Reason, Yes
from services.console.clients.places import places


def republish(
    reason: Reason,
    yes: Yes = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """
    Say that Kafka is new on purpose: what was published goes out again from Postgres.

    Stop every service first; each begins again when it is started. Readers drop what
    they have seen.
    """
    there = places(os.environ)
    if there.postgres is None:
        raise failed(USAGE, "set THROUGHLINE_POSTGRES")
    confirm(f"Publish everything again on the Kafka at {there.kafka}?", yes=yes)
    found = _accepted(there.kafka, there.postgres, reason)
    if as_json:
        print_json(found)
    else:
        print_rows(("service", "records"), found)
    remark("start the services again: each publishes what it has written")


def _accepted(kafka: str, postgres: str, reason: str) -> list[dict[str, object]]:
    """Return which services will publish how much again, or end the command."""
    republishing = importlib.import_module("services.runtime.republishing")  # slow
    away = importlib.import_module("services.runtime.postgres").AWAY
    try:
        found = asyncio.run(republishing.accept(kafka, postgres, reason))
    except Stopped as stopped:
        raise failed(FAILED, str(stopped)) from None
    except away:
        raise failed(FAILED, "Kafka or Postgres does not answer") from None
    return [{"service": one.service, "records": one.records} for one in found]

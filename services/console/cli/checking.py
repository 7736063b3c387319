"""`doctor`: what is wrong with this installation, and what to do about it."""

import os
import shutil
from collections.abc import Iterator
from typing import Any, Final

import httpx

from services.console.cli.answers import (
    PROBLEMS,
    failed,
    print_json,
    print_line,
)
from services.console.cli.asking import client
from services.console.cli.options import AsJson
from services.console.clients import asking
from services.console.clients.places import ISSUER, Places, places
from services.console.codes import SERVICES
from services.console.errors import DownError

_START: Final = "`make demo` starts everything"

Check = dict[str, Any]


def doctor(as_json: AsJson = False) -> None:  # noqa: FBT002
    """Look at everything that Throughline needs, and say what to do where it fails."""
    found = list(checks(places(os.environ)))
    if as_json:
        print_json(found)
    else:
        for check in found:
            print_line(_line(check))
    wrong = sum(not check["ok"] for check in found)
    if wrong:
        raise failed(PROBLEMS, f"{wrong} of {len(found)} checks failed")


def checks(there: Places) -> Iterator[Check]:
    """Yield every check of the installation *there*, in the order of what needs what."""
    yield _check("java", shutil.which("java"), "install a Java runtime, 17 or newer")
    yield _check("data folder", _writable(there), "make the data folder writable")
    postgres, kafka = _stores(there)
    yield _check("postgres", postgres, f"{_START}, or set THROUGHLINE_POSTGRES")
    yield _check("kafka", kafka, f"{_START}, or set THROUGHLINE_KAFKA")
    for name in (ISSUER, *SERVICES):
        yield _service(there, name)
    yield _conservation(there)


def _check(name: str, ok: object, otherwise: str) -> Check:
    """Return one line of the answer."""
    return {"check": name, "ok": bool(ok), "do": None if ok else otherwise}


def _writable(there: Places) -> bool:
    """Return whether data can be kept; a folder that is not there is made at start."""
    folder = there.data if there.data.exists() else there.data.absolute().parent
    return os.access(folder, os.W_OK)


def _stores(there: Places) -> tuple[bool, bool]:
    """Return whether Postgres and Kafka answer."""
    # Here alone: no other command should take the time to load their clients.
    from services.console.clients import probing  # noqa: PLC0415

    postgres = bool(there.postgres) and probing.postgres(str(there.postgres))
    return postgres, probing.kafka(there.kafka)


def _service(there: Places, name: str) -> Check:
    """Return whether a service answers, is ours, and has all that it needs."""
    said = asking.status(there, name)
    url = there.addresses[name]
    if said is None:
        return _check(name, None, f"nothing answers at {url}: {_START}")
    if said.get("service") != name:
        return _check(name, None, f"something else answers at {url}: stop it")
    failing = [what for what, how in said.get("checks", {}).items() if how != "pass"]
    log = f"its log is log/{name}.log in the data folder"
    return _check(name, not failing, f"it waits for {', '.join(failing)}; {log}")


def _conservation(there: Places) -> Check:
    """Return whether everything that came in is there, as the console counted last."""
    name = "conservation"
    try:
        with client() as http:
            answer = asking.Asking(there, asking.OPERATOR, http).get(
                "console", "/status"
            )
        counted = answer.raise_for_status().json()["conservation"]
    except (DownError, ValueError, KeyError, httpx.HTTPError):
        return _check(name, None, "the console cannot be asked: see above")
    if counted is None:
        return _check(name, None, "it has not been counted yet: ask again in a minute")
    missing = f"{counted['difference']} missing or too many: the console says where"
    return _check(name, counted["difference"] == 0, missing)


def _line(check: Check) -> str:
    """Return one check in words."""
    if check["ok"]:
        return f"ok    {check['check']}"
    return f"FAIL  {check['check']}: {check['do']}"

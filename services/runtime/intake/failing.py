"""A fault of ours in the taking of one message is a refusal of that message alone."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from schemas.errors import Refused
from services.runtime import log
from services.runtime.postgres import AWAY
from services.runtime.problems import Problem

T = TypeVar("T")


async def or_refused(work: Callable[[], Awaitable[T]]) -> T:
    """
    Return what *work* returns; raises Refused where it fails in a way that none foresaw.

    For a door that cannot leave a message where it lies without stopping at it. What is
    away is raised as it is, and so is what is refused on purpose.
    """
    try:
        return await work()
    except (*AWAY, Problem, Refused):
        raise
    except Exception as error:  # noqa: BLE001 - it must not stand before what is behind
        where = log.raised_at(error)
        log.get().error("message_not_taken", error=log.named(error), where=where)
        rule = "this could not be taken in; an operator must look"
        raise Refused("failed", where="body", rule=rule) from None

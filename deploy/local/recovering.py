"""
`make republish`: what Postgres holds is published again on this machine's new Kafka.

The services wait for a person's word where Kafka is another; this starts what that word
needs, gives it, and stops.
"""

import asyncio
import os
import sys
from typing import Final

from deploy.local.parts import Interrupted, say
from deploy.local.stack import Stack
from deploy.local.supervisor import EXIT_FAILED, EXIT_INTERRUPTED, chosen_stack
from schemas.errors import NotNow, Stopped
from services.runtime import republishing

_REASON: Final = "make republish"


def main() -> int:
    """Say it; the next `make demo` publishes."""
    try:
        with chosen_stack(os.environ) as stack:
            stack.claim()
            return _republish(stack)
    except Interrupted:
        return EXIT_INTERRUPTED
    except (Stopped, NotNow) as error:
        say(f"\n{error}")
        return EXIT_FAILED


def _republish(stack: Stack) -> int:
    """Have each service of *stack* begin again on the Kafka that is there now."""
    say("Starting Postgres and Kafka")
    stack.start_infrastructure()
    accepted = republishing.accept(stack.bootstrap, stack.dsn, _REASON)
    for one in asyncio.run(accepted):
        say(f"{one.service} holds {one.records} records")
    say("`make demo` publishes them again")
    return 0


if __name__ == "__main__":
    sys.exit(main())

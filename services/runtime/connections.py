"""
Connections that have just broken, in the words that libraries expect.

On a connection whose end is known and not yet told, uvloop raises a RuntimeError where
asyncio raises an OSError or nothing. Neither asyncpg nor aiokafka expects one: the
first lets it out as if the data were at fault, in the second it ends the tasks that
would connect again.
"""

from collections.abc import Callable
from typing import Any, Final

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

_UVLOOP_SAYS: Final = "the handler is closed"

Send = Callable[..., Any]


def is_lost(error: BaseException) -> bool:
    """Return whether *error* says that a connection had just been closed."""
    return isinstance(error, RuntimeError) and _UVLOOP_SAYS in str(error)


def expecting_loss(send: Send) -> Send:
    """Return *send* of an aiokafka connection, telling of a loss as aiokafka expects."""

    def sent(connection: Any, *request: Any, **options: Any) -> Any:  # noqa: ANN401
        """Send a request."""
        try:
            return send(connection, *request, **options)
        except RuntimeError as error:
            if not is_lost(error):
                raise
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError("the connection was lost") from error

    return sent


AIOKafkaConnection.send = expecting_loss(AIOKafkaConnection.send)

"""Whether Postgres and Kafka answer, asked without any service."""

import asyncio
import logging
from typing import Final

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

_SECONDS: Final = 5.0


def postgres(dsn: str) -> bool:
    """Return whether the database answers."""
    return asyncio.run(_postgres(dsn))


def kafka(servers: str) -> bool:
    """Return whether a broker answers."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    return asyncio.run(_kafka(servers))


async def _postgres(dsn: str) -> bool:
    """Return whether the database answers."""
    try:
        conn = await asyncpg.connect(dsn, timeout=_SECONDS)
        await conn.close()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError):
        return False
    return True


async def _kafka(servers: str) -> bool:
    """Return whether Kafka answers."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers.split(","))
    try:
        await asyncio.wait_for(consumer.start(), _SECONDS)
    except (KafkaError, OSError, TimeoutError, ValueError):
        return False
    finally:
        await consumer.stop()
    return True

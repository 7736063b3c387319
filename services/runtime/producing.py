"""The one kind of Kafka producer: ordered, idempotent, and closed within seconds."""

import asyncio

from aiokafka import AIOKafkaProducer

from schemas.topics import MAX_MESSAGE_BYTES

_CLOSING_SECONDS = 1.5


async def start(servers: str, seconds: float) -> AIOKafkaProducer:
    """Return a producer with the only safe settings, started within *seconds*."""
    producer = AIOKafkaProducer(
        bootstrap_servers=servers.split(","),
        acks="all",
        enable_idempotence=True,
        max_request_size=MAX_MESSAGE_BYTES,
        max_batch_size=256 * 1024,
        linger_ms=0,
        request_timeout_ms=10_000,
        retry_backoff_ms=100,
        metadata_max_age_ms=30_000,
    )
    try:
        await asyncio.wait_for(producer.start(), seconds)
    except BaseException:
        await close(producer)
        raise
    return producer


async def close(producer: AIOKafkaProducer) -> None:
    """
    Close *producer*, whether or not it could send everything.

    Its own stop() waits for ever for what Kafka does not take. Cancelled once, its
    sender still waits for what is on its way; cancelled twice, for nothing.
    """
    sender = producer._sender.sender_task  # noqa: SLF001 - there is no public way
    for work in (producer.stop, producer.client.close):
        if sender is not None:
            sender.cancel()
        closing = asyncio.ensure_future(work())
        closing.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({closing}, timeout=_CLOSING_SECONDS)
        closing.cancel()

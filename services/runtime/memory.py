"""When a process looks for garbage that only a search finds."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Search for no garbage within: modules that are being loaded stay for ever."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_seldom() -> None:
    """
    Leave what is there by now out of garbage collection, and collect less often.

    A step makes some ten thousand objects, nearly all without cycles: with Python's own
    thresholds a fifth of the processor went into looking through what lives long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

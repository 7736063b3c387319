"""
How fast FHIR is judged, beside fhir.resources on the same bytes in the same process.

Every file of the corpus that is a resource of more than 1 kB, each the best of several
runs by turns. Ours is the whole judgement of a door; of what is refused it is the
decision, as the models' is, and those files are told apart. The models cache by field
and forget past 1,024 fields; their caches are emptied before each file, which is the
best that they can do.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final, NamedTuple

import orjson
from fhir.resources.R4B import get_fhir_model_class
from fhir_core import utils

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import accepts, judge, read_json
from tests.benchmarks.figures import Figure
from tests.support.r4 import oracle
from tests.support.r4.documents import CORPUS_FILES, RESOURCES, document

MEDIAN: Final = "fhir_validation_ratio_median"
WORST: Final = "fhir_validation_ratio_worst"
REFUSED: Final = "fhir_refusal_ratio_median"
_LEAST_BYTES: Final = 1_000
_RUNS: Final = 15
_EACH: Final = 20
_CACHED: Final = (utils.is_list_type, utils.is_primitive_type)


class _Measured(NamedTuple):
    """One document."""

    name: str
    size: int
    theirs: float
    """Microseconds, and so is *ours*."""
    ours: float
    taken: bool

    @property
    def ratio(self) -> float:
        """How many times as fast ours is."""
        return self.theirs / self.ours


def validation() -> list[Figure]:
    """Return the ratios, and tell each document on stderr."""
    measured = [_measured(name, body) for name, body in _documents()]
    for one in measured:
        said = f"{one.theirs:.0f} us, ours {one.ours:.0f} us, ratio {one.ratio:.1f}"
        verdict = "taken" if one.taken else "refused"
        sys.stderr.write(f"{one.name} ({one.size} bytes, {verdict}): {said}\n")
    taken = [one.ratio for one in measured if one.taken]
    refused = [one.ratio for one in measured if not one.taken]
    figures = [
        Figure(MEDIAN, median(taken), "times", at_least=10),
        Figure(WORST, min(taken), "times", at_least=5),
    ]
    return [*figures, Figure(REFUSED, median(refused), "times")] if refused else figures


def _documents() -> Iterator[tuple[str, bytes]]:
    """Yield the documents to judge; where there is no corpus, some of every type."""
    found = list(_published(CORPUS_FILES))
    random = Random(1)
    made = ((name, document(name, random, full=2)) for name in RESOURCES[::5])
    yield from found or ((name, orjson.dumps(given)) for name, given in made)


def _published(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the published resources."""
    for path in files:
        body = path.read_bytes()
        try:
            read: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            continue
        if (
            len(body) > _LEAST_BYTES
            and isinstance(read, dict)
            and "resourceType" in read
        ):
            yield path.name, body


def _measured(name: str, body: bytes) -> _Measured:
    """Return both times for one document."""
    model = get_fhir_model_class(orjson.loads(body)["resourceType"])
    for cached in _CACHED:
        cached.cache_clear()
    taken = oracle.accepted(body) and _taken(body)
    ours = judge if taken else _decided
    theirs_of, ours_of = _quiet(model.model_validate_json, body), _quiet(ours, body)
    runs = [(_timed(theirs_of), _timed(ours_of)) for _ in range(_RUNS)]
    theirs, ours_best = (min(times) for times in zip(*runs, strict=True))
    return _Measured(name, len(body), theirs, ours_best, taken)


def _taken(body: bytes) -> bool:
    """Return whether we take it too."""
    try:
        judge(body)
    except FhirRefused:
        return False
    return True


def _decided(body: bytes) -> bool:
    """Return the decision alone, without what its sender would be told."""
    return accepts(read_json(body))


def _quiet(work: Callable[[bytes], Any], body: bytes) -> Callable[[], None]:
    """Return *work* on a body, whatever it raises."""

    def done() -> None:
        """Do it."""
        with suppress(Exception):  # the models raise what they like
            work(body)

    return done


def _timed(work: Callable[[], None]) -> float:
    """Return the microseconds that *work* takes."""
    start = time.perf_counter()
    for _ in range(_EACH):
        work()
    return (time.perf_counter() - start) / _EACH * 1e6

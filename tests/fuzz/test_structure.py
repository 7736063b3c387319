"""Whatever is wrong with a document, our decision is that of fhir.resources."""

import os
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from random import Random

import orjson
import pytest

from services.health_gateway.rules import accepts
from services.health_gateway.rules.elements import is_resource
from tests.support.r4 import oracle
from tests.support.r4.documents import CORPUS_FILES, RESOURCES, document
from tests.support.r4.mutants import mutant

pytestmark = pytest.mark.fuzz

MUTANTS = int(os.environ.get("THROUGHLINE_MUTANTS", "5000"))
ROUND = 5_000
"""Mutants of one seed; further rounds have seeds of their own, two at a time."""
SEED = int(os.environ.get("THROUGHLINE_SEED", "417"))
OF_THE_CORPUS = 0.1
"""Of the mutants; its files are large, and the types that we make are all of them."""
LONGEST = 13_000


def published():
    """Return the published documents that are FHIR, the longest left out."""
    found = []
    for path in CORPUS_FILES:
        body = path.read_bytes()
        try:
            read = orjson.loads(body)
        except orjson.JSONDecodeError:
            continue
        if isinstance(read, dict) and "resourceType" in read and len(body) < LONGEST:
            found.append(read)
    return found


def ours(body):
    """Return our decision on the structure of a document."""
    read = orjson.loads(body)
    known = isinstance(read, dict) and is_resource(read.get("resourceType"))
    return known and accepts(read)


def judged(seed, count):
    """Return which of *count* mutants are decided differently, and how many are right."""
    random, real = Random(seed), published()
    differ, taken = [], 0
    with oracle.stricter():
        for _ in range(count):
            if real and random.random() < OF_THE_CORPUS:
                given = random.choice(real)
            else:
                full = random.choice((0, 1, 1, 2))
                given = document(random.choice(RESOURCES), random, full=full)
            body = orjson.dumps(mutant(given, random))
            decision = ours(body)
            taken += decision
            if decision is not oracle.accepted(body):
                differ.append(body.decode())
    return differ, taken


def test_decides_as_fhir_resources_does():
    """Of thousands of documents with something changed, each is decided the same."""
    rounds = [(SEED + nth, ROUND) for nth in range(MUTANTS // ROUND)]
    if len(rounds) > 1:
        with ProcessPoolExecutor(2, get_context("spawn")) as processes:
            found = list(processes.map(judged, *zip(*rounds, strict=True)))
    else:
        found = [judged(SEED, MUTANTS)]
    differ, taken = zip(*found, strict=True)

    assert list(chain(*differ))[:3] == []
    assert MUTANTS * 0.1 < sum(taken) < MUTANTS * 0.6, "some are right, and many wrong"

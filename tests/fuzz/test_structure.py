"""Whatever is wrong with a document, our decision is that of fhir.resources."""

import os
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


def test_decides_as_fhir_resources_does():
    """Of thousands of documents with something changed, each is decided the same."""
    random, real = Random(SEED), published()
    differ, taken = [], 0
    with oracle.stricter():
        for _ in range(MUTANTS):
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

    assert differ[:3] == []
    assert MUTANTS * 0.1 < taken < MUTANTS * 0.6, "some must be right, and many wrong"

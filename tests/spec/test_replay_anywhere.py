"""The same set of events gives the same bytes, on whatever machine and in any order."""

import os
import subprocess
import sys
from itertools import product

from tests.support.project import ROOT

SCRIPT = """
import random, sys
from datetime import date
import orjson
from services.runtime.decide import visible, visible_clocks_rules
from services.timeline.rules import sources, timeline
from tests.support.agreements import FILE, ROLES, sight
from tests.support.clocks import RULES
from tests.support.entries import COUNCIL, SCHOOL, TRUST, entry, withdrawal

ordered = random.Random(7)
kinds = ["ehcna.requested.v1", "ehcna.decided.v1", "referral.received.v1",
         "ehcp.final_issued.v1", "concern.raised.v1", "ehcna.advice_requested.v1"]
entries = [
    entry(ordered.choice(kinds), f"2026-0{ordered.randint(1, 6)}-1{ordered.randint(0, 9)}",
          id=f"e{n}", sourcerecord=f"r{n % 23}", sourceversion=n // 23 + 1,
          source=ordered.choice([COUNCIL, TRUST, SCHOOL]), correlationid=f"k{n % 5}",
          sensitivity=ordered.choice(["normal", "normal", "restricted", "safeguarding"]),
          data={"school": SCHOOL, "body": TRUST, "received_on": "2026-03-03"})
    for n in range(60)
]
entries += [withdrawal(e, id=f"w{e.id}") for e in entries[::9]]
random.Random(int(sys.argv[1])).shuffle(entries)
for org in sorted(ROLES):
    reached = sight(org, entries)
    seen = visible(entries, reached)
    rules = visible_clocks_rules(reached, RULES)
    shown = timeline(seen, rules, date(2026, 7, 1))
    shown["sources"] = sources(seen, FILE.organisations, {})
    sys.stdout.buffer.write(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS))
"""
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "4294967295", "TZ": "America/Los_Angeles", "LC_ALL": "C"},
)


def told(environment, order):
    """Return what every partner is shown, by a process of its own."""
    run = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", SCRIPT, str(order)],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=120,
    )
    return run.stdout


def test_neither_seed_nor_zone_nor_locale_nor_order_changes_a_byte():
    """Timelines with corrections, withdrawals, clocks, and sources, of all partners."""
    cases = list(product(ENVIRONMENTS, (1, 2)))
    answers = {told(environment, order) for environment, order in cases}
    assert len(answers) == 1
    [answer] = answers
    assert answer.count(b'"superseded"') > 10
    assert answer.count(b'"withdrawn"') > 2
    assert answer.count(b'"due"') > 10

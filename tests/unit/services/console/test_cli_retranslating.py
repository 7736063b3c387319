"""`retranslate`: what a new mapping says otherwise, child by child."""

import json

import pytest

CHILD = "c-0000000000000000000000000000000b"
PERSON = "p-0000000000000000000000000000000b"
REF = "20000000-0000-5000-8000-000000000001"
PLACE = f"2026-03-02T09:00:00.000000Z/{REF}"


def line(child=CHILD, **changes):
    """Return one change as the gateway tells it."""
    return {
        "child_ref": child,
        "person_ref": PERSON,
        "message_ref": REF,
        "place": 0,
        "was": {"type": "referral.received.v1"},
        "now": {"type": "referral.received.v1"},
        "words": {"service": [None, "slt"], "status": None},
        "left": "",
    } | changes


def page(*lines, following=None):
    """Return one answer of the gateway."""
    return {"changes": list(lines), "examined": len(lines) + 1, "next": following}


def asked(installation):
    """Return what the gateway was asked, each time."""
    return [json.loads(request.content) for request in installation.asked]


def test_a_dry_run_goes_on_to_the_end_and_shows_each_child(installation):
    """Changes of one child stand together, from whichever page they come."""
    first, last = page(line(), following=PLACE), page(line(), line(child=None))
    installation.answer("health_gateway", "/retranslations", first, last)

    ran = installation.run(
        "retranslate", "--since", "2026-03-01", "--dry-run", "--json"
    )

    said = json.loads(ran.stdout)
    assert (ran.exit_code, said["dry_run"], said["examined"]) == (0, True, 5)
    assert [(c["child_ref"], len(c["changes"])) for c in said["children"]] == [
        (None, 1),
        (CHILD, 2),
    ]
    since = {"since": "2026-03-01T00:00:00Z", "dry_run": True}
    assert asked(installation) == [since | {"after": None}, since | {"after": PLACE}]


def test_a_row_says_what_was_and_what_is_now(installation):
    """With the words that change, and without the values that may not be shown."""
    installation.answer("health_gateway", "/retranslations", page(line()))

    ran = installation.run("retranslate", "--since", "2026-03-01T09:00:00Z")

    kind = "referral.received.v1"
    words = "service: nothing → slt; status: not shown"
    assert ran.stdout == f"{CHILD}\t{REF}\t0\t{kind}\t{kind}\t{words}\t\n"
    assert asked(installation)[0]["dry_run"] is False


def test_what_stays_as_it_is_ends_the_command_with_6(installation):
    """Each with its reason, apart from the children's changes."""
    left = line(left="its bytes are no longer kept")
    installation.answer("health_gateway", "/retranslations", page(left))

    ran = installation.run("retranslate", "--since", "2026-03-01", "--json")

    said = json.loads(ran.stdout)
    assert (ran.exit_code, said["children"], said["left"]) == (6, [], [left])


@pytest.mark.parametrize("since", ["", "yesterday", "2026-03-01T09:00:00"])
def test_since_is_a_date_or_an_instant_with_an_offset(installation, since):
    """Nothing is asked for anything else."""
    ran = installation.run("retranslate", "--since", since)

    assert (ran.exit_code, installation.asked) == (2, [])

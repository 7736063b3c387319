"""A table that a feed held before and that a delivery is without is said in its report."""

import asyncio
from datetime import date

import pytest

from services.education_gateway.api.shrinking import left_out
from tests.support.school_files import (
    AS_AT,
    SEN2,
    csv_of,
    leaver,
    part,
    pupil,
    read,
)

HEAD = (
    "<Message><Header><CollectionDetails><Collection>SEN2</Collection></CollectionDetails>"
    "</Header><Person><UPN>M931123424001</UPN><Requests><ReceivedDate>2025-03-03"
    "</ReceivedDate>{0}</Requests></Person></Message>"
)
DECIDED = "<Assessment><AssessmentOutcome>N</AssessmentOutcome></Assessment>"


class Held:
    """A feed of which 12 records of each table in *tables* stand, said on *day*."""

    def __init__(self, tables, day=date(2025, 1, 16)):
        """Answer as the store does."""
        self.tables, self.day, self.asked = tables, day, []

    async def fetchval(self, _sql, _feed, name, but):
        """Return how many records stand that were not last said on *but*."""
        return 12 if name in self.tables and self.day != but else 0


def nine(*without):
    """Return the files of a return but for some."""
    return [
        part(csv_of(rows), f"Blade-Export_15-01-2026_{name}.csv")
        for name, rows in SEN2.items()
        if name not in without
    ]


def said_of(whole, held):
    """Return what the report says of tables that are missing."""
    return asyncio.run(left_out(held, 1, whole))


def test_a_table_that_is_missing_from_a_zip_is_named():
    """It is a warning, and says that nothing was changed in it."""
    whole = read(*nine("namedplan"))
    found = said_of(whole, Held(SEN2))

    assert list(found) == ["namedplan"]
    assert found["namedplan"].warning
    assert "the table namedplan is missing" in found["namedplan"].rule
    assert "nothing was changed in it" in found["namedplan"].rule
    assert "12 records" in found["namedplan"].rule
    assert "namedplan" not in whole.missed


def test_a_whole_return_lacks_nothing():
    """Nine files of nine, and there is nothing to say."""
    assert said_of(read(*nine()), Held(SEN2)) == {}


def test_what_the_feed_never_held_is_not_missed():
    """A return without active plans is whole where there never were any."""
    whole = read(*nine("activeplans", "placementdetail", "senneed"))
    assert said_of(whole, Held({"person", "namedplan"})) == {}


@pytest.mark.parametrize(("body", "expected"), [("", ["assessment"]), (DECIDED, [])])
def test_a_module_that_is_missing_from_xml_is_named(body, expected):
    """XML has no tables of its own: one without records is not in it."""
    whole = read(part(HEAD.format(body).encode(), "r.xml"))
    assert list(said_of(whole, Held({"requests", "assessment"}))) == expected


def test_what_a_release_takes_back_is_not_said_to_stand():
    """The same return without a module was held; whoever released it knows."""
    whole = read(part(HEAD.format("").encode(), "r.xml"))
    assert said_of(whole, Held({"assessment"}, day=AS_AT)) == {}


def test_a_roll_that_is_missing_is_named_and_an_empty_one_is_not():
    """Leavers alone leave the roll as it was; a roll without pupils is held instead."""
    held = Held({"pupilonroll", "pupilnolongeronroll"})
    heading = csv_of([pupil(1)]).split(b"\r\n")[0] + b"\r\n"

    assert list(said_of(read(part(csv_of([leaver(1)]))), held)) == ["pupilonroll"]
    assert said_of(read(part(heading)), held) == {}

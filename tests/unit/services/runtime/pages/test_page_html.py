"""The pages' HTML: what is on each of them, and what must never be."""

import re
from datetime import date

import pytest

from services.runtime import pages
from services.runtime.pages import sources
from services.runtime.pages.headers import CONTENT_SECURITY_POLICY
from tests.unit.services.runtime.pages import (
    console_samples,
    page_samples,
    receipt_samples,
)
from tests.unit.services.runtime.pages.page_samples import HOSPITAL, NAMES, TODAY, TRUST

PAGES = {
    "timeline": pages.timeline(page_samples.timeline_page()),
    "empty": pages.timeline(page_samples.empty_timeline_page()),
    "search": pages.search(page_samples.search_page()),
    "sign-in": pages.sign_in(page_samples.sign_in_page()),
    "message": pages.message(receipt_samples.message_page()),
    "console": pages.console(console_samples.console_page()),
    "not-found": pages.not_found(page_samples.VIEWER),
    "error": pages.error("Try again later", "Nothing was lost."),
}
HOSTILE = '"><script>alert(1)</script>'
every_page = pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())


def text_of(html):
    """Return what is left of *html* without its tags, each run of space as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@every_page
def test_no_page_holds_script_or_inline_style(html):
    """The policy forbids both, so a page must not need them."""
    assert "<script" not in html
    assert " style=" not in html
    assert not re.search(r"\son[a-z]+=", html)


@every_page
def test_no_page_carries_nhs_marks_or_foreign_addresses(html):
    """No logo, no icon and no address outside this service."""
    assert "nhsuk-header__logo" not in html
    assert "//" not in re.sub(r"<!DOCTYPE[^>]*>", "", html)


class TestTimeline:
    """One child's timeline."""

    def test_begins_with_what_is_owed(self):
        """What is owed, by whom, comes before the clocks and before the entries."""
        html = PAGES["timeline"]
        places = [html.index(f'id="{part}-heading"') for part in _PARTS]
        assert places == sorted(places)

    def test_says_who_owes_what_most_overdue_first(self):
        """The owner of what is most overdue is the first heading."""
        owners = re.findall(r"tl-owed__owner\">([^<]+)<", PAGES["timeline"])
        assert owners[0] == NAMES[HOSPITAL]
        assert len(owners) == 3

    def test_strikes_through_what_no_longer_counts(self):
        """Title and facts of a superseded entry are struck, with the word beside."""
        html = PAGES["timeline"]
        assert "<s>EHC needs assessment requested</s>" in html
        assert "<s>School or other setting</s>" in html
        assert "Superseded" in text_of(html)
        assert "Withdrawn" in text_of(html)

    def test_says_when_it_is_as_of_and_as_known_on(self):
        """Both times are in words."""
        assert "As of 27 April 2026 at 8:15am" in text_of(PAGES["timeline"])
        page = text_of(PAGES["empty"])
        assert "As it was known on 1 January 2026" in page

    def test_names_agencies_that_are_not_connected(self):
        """Not connected is said, never shown as silence."""
        assert f"Not connected: {NAMES[HOSPITAL]}" in text_of(PAGES["timeline"])

    def test_says_that_a_message_could_not_be_read(self):
        """The reader learns that something may be missing, and from whom."""
        page = text_of(PAGES["timeline"])
        assert "A message about this child could not be read" in page
        assert f"{NAMES[TRUST]}, heard 12 April 2026 at 10:00am" in page

    def test_of_nothing_does_not_claim_that_nothing_happened(self):
        """An empty page speaks of what Throughline can show, not of the child."""
        page = text_of(PAGES["empty"])
        assert "That does not mean that nothing has happened" in page
        assert "Something may still be owed" in page

    def test_asks_for_another_day_by_get(self):
        """The day is a query, so that no script is needed and the page can be kept."""
        form = re.search(r'<form method="get".*?</form>', PAGES["timeline"], re.DOTALL)
        assert 'name="as_known_on"' in form[0]
        assert "csrf" not in form[0]

    def test_never_lets_a_value_become_markup(self):
        """Whatever a sender wrote is text."""
        told = page_samples.entry(
            1, source=HOSTILE, data={"document": HOSTILE, "service": HOSTILE}
        )
        html = pages.timeline(page_samples.timeline_page(entries=[told]))
        assert "<script" not in html
        assert "&lt;script&gt;" in html


_PARTS = ("owed", "clocks", "entries", "sources", "known")


class TestForms:
    """What people fill in."""

    @pytest.mark.parametrize("name", ["search", "sign-in", "console"])
    def test_carry_a_csrf_token_and_are_posted(self, name):
        """No form that sends something can be sent from elsewhere."""
        (form,) = re.findall(r"<form.*?</form>", PAGES[name], re.DOTALL)
        assert 'method="post"' in form
        assert '<input type="hidden" name="csrf" value="csrf-value">' in form

    def test_lead_from_each_problem_to_its_field(self):
        """Every link of the error summary has its target on the page."""
        html = PAGES["search"]
        targets = re.findall(r'href="#([^"]+)"', html)
        assert "date_of_birth-day" in targets
        assert [t for t in targets if f'id="{t}"' not in html] == []

    def test_say_in_the_title_that_there_is_a_problem(self):
        """A screen reader hears of it first."""
        assert "<title>Error: Find a child" in PAGES["search"]

    def test_let_one_choose_organisation_and_role(self):
        """Each choice is sent by its code."""
        html = PAGES["sign-in"]
        assert f'<option value="{TRUST}">{NAMES[TRUST]}</option>' in html
        assert 'value="dco"' in html
        assert "Designated clinical officer" in html

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            (("4", "5", "2018"), date(2018, 5, 4)),
            ((" 04", "05 ", "2018"), date(2018, 5, 4)),
            (("31", "2", "2018"), None),
            (("", "5", "2018"), None),
            (("four", "5", "2018"), None),
        ],
    )
    def test_are_read_back_as_a_date(self, written, read):
        """Three fields are one day of the calendar, or none."""
        names = ("born-day", "born-month", "born-year")
        form = dict(zip(names, written, strict=True))
        assert pages.date_of(form, "born") == read

    def test_without_a_field_are_no_date(self):
        """A form sent without the fields has no date."""
        assert pages.date_of({}, "born") is None


class TestConsole:
    """What operations staff see."""

    def test_names_what_is_down(self):
        """The first line says which service does not answer."""
        assert "clocks is down" in text_of(PAGES["console"])

    def test_shows_why_and_where_a_message_was_refused(self):
        """Reason, rule and place, never a value."""
        page = text_of(PAGES["console"])
        for said in ("Not a bundle", "process-message-bundle", "/resourceType"):
            assert said in page

    def test_shows_each_hop_even_at_offset_nought(self):
        """The first record of a partition is a record."""
        assert "3 at 0" in text_of(PAGES["console"])

    @pytest.mark.parametrize(
        ("reviews", "expected"),
        [
            (console_samples.console_page()["reviews"], "Record moved"),
            ([], "Nothing is waiting."),
            (None, "Identity does not answer"),
        ],
    )
    def test_says_what_waits_for_a_steward(self, reviews, expected):
        """What rules left open is listed; not knowing is not the same as nothing."""
        page = console_samples.console_page() | {"reviews": reviews}
        assert expected in text_of(pages.console(page))

    def test_says_when_a_reference_is_unknown(self):
        """An empty answer is an answer."""
        page = console_samples.console_page()
        page["trace"] = {"id": "x", "hops": []}
        assert "Nothing is known under this reference" in pages.console(page)


def test_a_receipt_says_which_event_was_refused_and_why():
    """The sender sees state, reason and place of each event."""
    page = text_of(PAGES["message"])
    assert "Refused Reason Date in the future at /1/occurred" in page


def test_sources_are_heard_or_not_connected_never_both():
    """Whoever is not connected is not listed among those who were heard."""
    told = page_samples.sources()
    heard = {row.name for row in sources.heard(told, TODAY)}
    absent = set(sources.not_connected(told))
    assert heard | absent == set(NAMES.values())
    assert heard & absent == set()


def test_a_page_is_sent_under_the_strict_headers():
    """The policy is strict, and nothing of a child stays in a browser's cache."""
    response = pages.answer("<p>x</p>", status=404)
    assert response.status_code == 404
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_policy_begins_with_nothing_and_allows_no_script():
    """What is not named is forbidden, and scripts are not named."""
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none';")
    assert "script" not in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY

"""People without a system: from what is asked of them to an event of their own."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from services.runtime.tokens import COOKIE
from tests.support.agencies import COUNCIL, TRUST, Agencies, event, somebody
from tests.support.chromium import CHROMIUM, NARROW, axe_finds
from tests.support.local_stack import until

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"
)
COUNCIL_NAME = "Oxfordshire County Council"
TRUST_NAME = "Oxford Health NHS Foundation Trust"
NURSERY = "urn:dfe:urn:519001"
NURSERY_NAME = "Little Otters Nursery"
ROLES = {
    COUNCIL_NAME: "SEND officer",
    TRUST_NAME: "Clinician",
    NURSERY_NAME: "School or setting",
}
ADVICE = "psychological"
"""What the trust is asked for here, and nobody by other tests of this stack."""
expect.set_options(timeout=60_000)


def asking(person, body, sent_on, **data):
    """Return that the council asked *body* for advice on a day."""
    return event(
        person,
        "ehcna.advice_requested.v1",
        occurred=sent_on,
        correlationid=str(uuid4()),
        data={"body": body, "sent_on": sent_on, **data},
    )


@pytest.fixture(scope="module")
def agencies(running):
    """A running stack on which advice was asked for, and nobody has answered."""
    with Agencies(running) as telling:
        for body, advice in ((TRUST, ADVICE), (NURSERY, "education")):
            person = somebody()
            start = event(person, "ehcna.requested.v1", occurred="2026-03-02")
            telling.publish(start)
            telling.publish(asking(person, body, "2026-04-21", advice=advice))
        until(lambda: len(owed(telling, COUNCIL)) == 2)
        yield telling


def owed(agencies, org, *roles):
    """Return what the clocks say is open for *org* of what is asked here."""
    answer = agencies.http.get(
        agencies.url("clocks", "/owed"), headers=agencies.as_(org, *roles)
    )
    items = answer.json()["items"]
    return [item for item in items if item["advice"] in {ADVICE, "education"}]


@pytest.fixture
def open_window(browser):
    """Open windows in which somebody has signed in at the education gateway."""
    windows = []

    def opened(agencies, organisation, **settings):
        """Return a page after the sign-in of *organisation*."""
        window = browser.new_context(**settings)
        window.set_default_timeout(60_000)
        windows.append(window)
        page = window.new_page()
        page.goto(f"{agencies.stack.address('education_gateway')}/owed")
        page.get_by_label("Organisation").select_option(organisation)
        page.get_by_label(ROLES[organisation]).check()
        page.get_by_role("button", name="Sign in").click()
        expect(
            page.get_by_role("heading", name=f"What is asked of {organisation}")
        ).to_be_visible()
        return page

    yield opened
    for window in windows:
        window.close()


def fill(page, answer, day, month="4", year="2026", channel=None):
    """Fill in the form and send it."""
    page.get_by_label(answer).check()
    for name, part in (("Day", day), ("Month", month), ("Year", year)):
        page.get_by_label(name).fill(part)
    if channel:
        page.get_by_label("How was it sent or said?").select_option(channel)
    page.get_by_role("button", name="Send answer").click()


def test_a_nursery_answers_by_keyboard_on_a_narrow_screen(agencies, open_window):
    """Without JavaScript: it sees what is asked, says that it arrived, gets a receipt."""
    page = open_window(
        agencies, NURSERY_NAME, viewport=NARROW, java_script_enabled=False
    )
    page.get_by_role("link", name=f"Education advice for {COUNCIL_NAME}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your agreement does not let us say")).to_be_visible()

    fill(page, "We received the request", "27")

    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    until(lambda: bool(owed(agencies, NURSERY, "setting")[0]["received_on"]))
    [item] = owed(agencies, NURSERY, "setting")
    assert (item["received_on"], item["due"]) == ("2026-04-27", "2026-06-08")


def test_the_council_sees_who_is_silent(agencies, open_window):
    """Sent on Tuesday 21 April and not acknowledged by Thursday."""
    page = open_window(agencies, COUNCIL_NAME)

    silent = page.get_by_role("region", name="Asked by you, and not acknowledged")
    expect(silent.get_by_text(f"Psychological advice of {TRUST_NAME}")).to_be_visible()
    expect(silent.get_by_text("Week 9 of 20")).to_be_visible()


def test_a_form_that_cannot_be_sent_says_what_to_put_right(agencies, open_window):
    """A day in the future and no way of sending: both are named, nothing is sent."""
    page = open_window(agencies, TRUST_NAME)
    page.get_by_role("link", name=f"Psychological advice for {COUNCIL_NAME}").click()

    fill(page, "We sent our advice", "28")

    summary = page.get_by_role("alert")
    expect(summary.get_by_text("The day must not be in the future")).to_be_visible()
    expect(summary.get_by_text("Choose how it was sent or said")).to_be_visible()
    assert owed(agencies, TRUST)[0]["received_on"] is None


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(agencies, open_window, width):
    """Neither list nor form breaks a rule that axe can see, and both fit the width."""
    page = open_window(agencies, TRUST_NAME, viewport={"width": width, "height": 900})
    assert axe_finds(page) == ""
    page.get_by_role("link", name=f"Psychological advice for {COUNCIL_NAME}").click()
    expect(page.get_by_role("button", name="Send answer")).to_be_visible()
    assert axe_finds(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_another_body_finds_no_form(agencies):
    """Not asked, not there and not permitted look the same."""
    [item] = owed(agencies, TRUST)
    answers = [
        agencies.http.get(
            agencies.url("education_gateway", f"/owed/{ask}"),
            headers={"Cookie": f"{COOKIE}={agencies.token(COUNCIL, 'send_officer')}"},
        )
        for ask in (item["id"], str(uuid4()))
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content


def test_advice_that_was_sent_meets_the_clock(agencies, open_window):
    """The answer is an ordinary event of the trust, on the child's timeline."""
    page = open_window(agencies, TRUST_NAME)
    page.get_by_role("link", name=f"Psychological advice for {COUNCIL_NAME}").click()
    fill(page, "We sent our advice", "27", channel="Secure email")
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()

    until(lambda: owed(agencies, TRUST) == [])

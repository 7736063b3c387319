"""The timeline's pages on a real stack, in a real Chromium, as people go through them."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.chromium import CHROMIUM, NARROW, axe_finds
from tests.support.partnership import PERSON, partnership
from tests.support.spring import SPRING

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"
)


expect.set_options(timeout=60_000)


def events_told():
    """Return how many events the agencies told."""
    return sum(len(events) for _, _, *events in SPRING)


@pytest.fixture(scope="module")
def agencies(running):
    """A running stack on which a spring has been told."""
    with partnership(running) as telling:
        for org, at, *events in SPRING:
            telling.child = telling.publish(org, *events, at=at)
        yield telling


@pytest.fixture(scope="module")
def address(agencies):
    """Where the pages are."""
    return agencies.stack.address("timeline")


@pytest.fixture
def plain(browser):
    """A narrow window with JavaScript off, in which nobody has signed in."""
    window = browser.new_context(viewport=NARROW, java_script_enabled=False)
    window.set_default_timeout(60_000)
    yield window.new_page()
    window.close()


@pytest.fixture(scope="module")
def signed_in(browser, address):
    """A window with JavaScript on, for axe, in which a SEND officer has signed in."""
    window = browser.new_context(viewport={"width": 1280, "height": 900})
    window.set_default_timeout(60_000)
    page = window.new_page()
    sign_in(page, address)
    page.close()
    yield window
    window.close()


def sign_in(
    page, address, organisation="Oxfordshire County Council", role="SEND officer"
):
    """Go through the sign-in as a person does."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("Organisation").select_option(organisation)
    page.get_by_label(role).check()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Find a child")).to_be_visible()


def find(page, **person):
    """Fill in the search form and send it."""
    page.get_by_label("NHS number").fill(person.get("nhs_number", ""))
    year, month, day = person.get("date_of_birth", "--").split("-")
    for name, part in (("Day", day), ("Month", month), ("Year", year)):
        page.get_by_label(name).fill(part)
    page.get_by_role("button", name="Find timeline").click()


def pages_of(agencies):
    """Return a way to every page that a SEND officer comes to."""
    child = f"/children/{agencies.child}"
    return {
        "start": "/",
        "timeline": child,
        "as known": f"{child}?as_known_on=2026-01-01",
        "not found": "/children/c-0",
        "not understood": f"{child}?as_known_on=tomorrow",
        "sign-in": "/sign-in",
    }


every_page = pytest.mark.parametrize(
    "name", ["start", "timeline", "as known", "not found", "not understood", "sign-in"]
)


@every_page
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(agencies, address, signed_in, name, width):
    """No page breaks a WCAG 2.2 AA rule, and none scrolls sideways."""
    page = signed_in.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + pages_of(agencies)[name])

    assert axe_finds(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") == width


@every_page
def test_the_console_stays_silent(agencies, address, signed_in, name):
    """Under the strict policy nothing is stopped, missing, or from elsewhere."""
    said, wanted = [], []
    page = signed_in.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.on("request", lambda request: wanted.append(request.url))

    answer = page.goto(address + pages_of(agencies)[name], wait_until="networkidle")

    assert all(f"status of {answer.status}" in text for text in said)
    assert answer.ok or name in {"not found", "not understood"}
    assert len(said) == (not answer.ok)
    assert [url for url in wanted if not url.startswith(address)] == []
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert page.evaluate("document.styleSheets.length") == 2


def test_a_search_that_cannot_be_made(address, signed_in):
    """Problems are listed on top, lead to their fields, and axe finds nothing."""
    page = signed_in.new_page()
    page.goto(address)

    find(page, nhs_number="999 123 4518")

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    expect(summary.get_by_role("link")).to_have_text(
        ["Check the NHS number: one of its digits is wrong", "Enter a date of birth"]
    )
    summary.get_by_role("link", name="Enter a date of birth").click()
    expect(page.get_by_label("Day")).to_be_focused()
    expect(page.get_by_label("NHS number")).to_have_value("999 123 4518")
    assert axe_finds(page) == ""


def test_from_the_sign_in_to_a_timeline(agencies, address, plain):
    """Without JavaScript, on a narrow screen: sign in, search, read the timeline."""
    plain.goto(f"{address}/")
    expect(plain).to_have_url(f"{address}/sign-in?next=%2F")
    sign_in(plain, address)
    find(plain, **{**PERSON, "nhs_number": "999 123 4519"})

    expect(plain).to_have_url(f"{address}/children/{agencies.child}")
    assert plain.locator("script").count() == 0
    text = plain.locator("main").inner_text()
    for said in (
        "As of",
        "What is owed now, and by whom",
        "Final EHC plan",
        "Due in",
        "Not connected: Children's social care case system",
        "When each source was last heard",
        "Heard 13 days after it happened",
    ):
        assert said in text


def test_what_is_owed_comes_first(agencies, address, signed_in):
    """What is owed, and by whom, stands above the entries, the first due on top."""
    page = signed_in.new_page()
    page.goto(f"{address}/children/{agencies.child}")

    headings = page.locator("main h2").all_inner_texts()
    assert headings[:3] == [
        "What is owed now, and by whom",
        "Clocks and due dates",
        "What happened, in order",
    ]
    owed = page.locator(".tl-owed__item")
    expect(owed.first).to_contain_text("Oxford Health NHS Foundation Trust")
    expect(owed.first).to_contain_text("due 28 April 2026")


def test_entries_are_in_order_with_their_marks(agencies, address, signed_in):
    """What was superseded or withdrawn is struck through, and what came late marked."""
    page = signed_in.new_page()
    page.goto(f"{address}/children/{agencies.child}")

    days = page.locator(".tl-entry__date time").evaluate_all(
        "found => found.map(one => one.dateTime)"
    )
    assert days == sorted(days)
    assert len(days) == events_told()
    struck = page.locator(".tl-entry--struck")
    expect(struck.locator("h3 s")).to_have_text(
        ["EHC needs assessment requested", "Draft EHC plan issued"]
    )
    expect(struck.nth(0)).to_contain_text("Superseded")
    expect(struck.nth(1)).to_contain_text("Withdrawn")
    late = page.locator(".tl-entry", has_text="Heard 13 days after it happened")
    expect(late).to_contain_text("Referral received")


def test_a_day_before_anything_was_known(agencies, address, plain):
    """As it was known on an earlier day, nothing is there, and the page says so."""
    sign_in(plain, address)
    plain.goto(f"{address}/children/{agencies.child}")
    plain.get_by_label("Day", exact=True).fill("2026-01-01")
    plain.get_by_role("button", name="Show").click()

    expect(plain).to_have_url(re.compile(r"\?as_known_on=2026-01-01$"))
    main = plain.locator("main")
    expect(main).to_contain_text("what was known on 1 January 2026")
    expect(main).to_contain_text("holds no entry")
    plain.get_by_role("link", name="Show what is known today").click()
    expect(plain.locator(".tl-entry")).to_have_count(events_told())


def test_a_school_is_shown_less(agencies, address, plain):
    """A school sees its part of the same child's timeline, and no referral in it."""
    sign_in(plain, address, "Appleford Vale Primary School", "SENCO")
    plain.goto(f"{address}/children/{agencies.child}")

    text = plain.locator("main").inner_text()
    assert "EHC needs assessment requested" in text
    assert "Referral received" not in text


def test_another_school_finds_nothing(address, plain):
    """A school whose pupil the child is not is told so, and the address says nothing."""
    sign_in(plain, address, "Thistle Hill Primary School", "SENCO")

    find(plain, **PERSON)

    expect(plain.get_by_role("heading", name="Page not found")).to_be_visible()
    expect(plain).to_have_url(f"{address}/search")


def test_signing_out(address, plain):
    """After signing out a page leads to the sign-in again."""
    sign_in(plain, address)
    plain.get_by_role("link", name="Change sign-in").click()
    plain.get_by_role("button", name="Sign out").click()
    expect(plain).to_have_url(f"{address}/sign-in")
    plain.goto(address)

    expect(plain).to_have_url(f"{address}/sign-in?next=%2F")

"""Every page in a real Chromium: axe, strict headers, no JavaScript, narrow screens."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.runtime import pages
from tests.support.chromium import CHROMIUM, NARROW
from tests.unit.services.runtime.pages import (
    console_samples,
    owed_samples,
    page_samples,
    receipt_samples,
)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PAGES = {
    "timeline": lambda: pages.timeline(page_samples.timeline_page()),
    "empty": lambda: pages.timeline(page_samples.empty_timeline_page()),
    "search": lambda: pages.search(page_samples.search_page()),
    "sign-in": lambda: pages.sign_in(page_samples.sign_in_page()),
    "message": lambda: pages.message(receipt_samples.message_page()),
    "console": lambda: pages.console(console_samples.console_page()),
    "report": lambda: pages.render("report.html", **receipt_samples.report_page()),
    "owed": lambda: pages.owed(owed_samples.owed_page()),
    "ask": lambda: pages.ask(owed_samples.ask_page()),
    "not-found": lambda: pages.not_found(page_samples.VIEWER),
    "error": lambda: pages.error("Try again later", "Nothing was lost."),
}
every_page = pytest.mark.parametrize("name", PAGES)

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"
)


def show(request: Request) -> Response:
    """Answer with one sample page under the headers of the real ones."""
    return pages.answer(PAGES[request.path_params["name"]]())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the sample pages on a free port of this machine."""
    app = Starlette(routes=[Route("/pages/{name}", show)])
    pages.mount_static(app)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/pages"
        server.should_exit = True
        thread.join()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a browser window of its own, with JavaScript on for axe."""
    window = browser.new_context(viewport={"width": 1280, "height": 900})
    yield window
    window.close()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Open a narrow window with JavaScript off."""
    window = browser.new_context(viewport=NARROW, java_script_enabled=False)
    yield window.new_page()
    window.close()


def focused(page: Page) -> str:
    """Return what has the focus: its text, or the name of its field."""
    script = "e => e.textContent.trim() || e.name"
    return str(page.locator(":focus").evaluate(script))


@every_page
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(
    context: BrowserContext, address: str, name: str, width: int
) -> None:
    """No page breaks a WCAG 2.2 AA rule or best practice that axe can see."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/{name}")
    options = {"runOnly": WCAG, "resultTypes": ["violations"]}
    results = Axe().run(page, options=options)
    assert results.violations_count == 0, results.generate_report()


@every_page
def test_the_console_stays_silent(
    context: BrowserContext, address: str, name: str
) -> None:
    """No page has anything stopped by the policy, missing, or from elsewhere."""
    said: list[str] = []
    asked: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/{name}", wait_until="networkidle")
    origin = address.removesuffix("/pages")
    assert said == []
    assert [url for url in asked if not url.startswith(origin)] == []
    assert page.evaluate("document.styleSheets.length") == 2


@every_page
def test_a_narrow_screen_needs_no_sideways_scrolling(
    context: BrowserContext, address: str, name: str
) -> None:
    """At 320 px, which is 400 % zoom, everything fits the width."""
    page = context.new_page()
    page.set_viewport_size(NARROW)
    page.goto(f"{address}/{name}")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_timeline_reads_without_javascript(plain: Page, address: str) -> None:
    """With JavaScript off every entry, clock and mark is there to be read."""
    plain.goto(f"{address}/timeline")
    sample = page_samples.timeline_page()["timeline"]
    assert plain.locator(".tl-entry").count() == len(sample["entries"])
    assert plain.get_by_text("12 days overdue").first.is_visible()
    assert plain.get_by_text("Heard 12 days after it happened").is_visible()
    assert plain.locator("script").count() == 0


def test_a_day_can_be_chosen_without_javascript(plain: Page, address: str) -> None:
    """The day is asked for with a plain GET form."""
    plain.goto(f"{address}/timeline")
    plain.get_by_label("Day", exact=True).fill("2026-03-20")
    plain.get_by_role("button", name="Show").click()
    assert plain.url.endswith("/timeline?as_known_on=2026-03-20")


def test_an_answer_leads_to_what_was_asked(plain: Page, address: str) -> None:
    """The link of advice that was given leads to the request for it."""
    plain.goto(f"{address}/timeline")
    plain.get_by_role("link", name="Advice requested, 16 March 2026").click()
    target = plain.locator(":target")
    assert target.get_by_role("heading").inner_text() == "Advice requested"
    assert "Oxford Health NHS Foundation Trust" in target.inner_text()


def test_the_keyboard_reaches_the_content_first(
    context: BrowserContext, address: str
) -> None:
    """The first stop of the keyboard is the skip link, and it leads to the content."""
    page = context.new_page()
    page.goto(f"{address}/timeline")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to main content"
    assert page.locator(":focus").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1


def test_the_keyboard_goes_through_a_form_in_reading_order(
    context: BrowserContext, address: str
) -> None:
    """Tab leads through the search form from top to bottom."""
    page = context.new_page()
    page.goto(f"{address}/search")
    page.locator("#nhs_number").focus()
    stops = [focused(page)]
    for _ in range(5):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    birth = [f"date_of_birth-{part}" for part in ("day", "month", "year")]
    assert stops == ["nhs_number", "upn", *birth, "Find timeline"]


def test_a_problem_leads_to_its_field(context: BrowserContext, address: str) -> None:
    """Each link of the error summary puts the keyboard into the field that it names."""
    page = context.new_page()
    page.goto(f"{address}/search")
    page.get_by_role("link", name="Enter a date of birth").click()
    assert focused(page) == "date_of_birth-day"

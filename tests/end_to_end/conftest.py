"""What people go through, on one stack that these tests share, in one Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from tests.support.chromium import ARGUMENTS, CHROMIUM
from tests.support.spring import TODAY

SERVICES = ("education_gateway", "identity_linking", "clocks", "timeline")


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """What brings an event to a page, on a day late in April."""
    data = tmp_path_factory.mktemp("pages")
    with Stack(data, free_ports(), today=TODAY) as stack:
        stack.start(SERVICES)
        yield stack


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, headless=True
        )
        yield chromium
        chromium.close()

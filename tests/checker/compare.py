"""The whole comparison, pure: what was read in, findings out."""

from tests.checker.evidence import Collected, Finding
from tests.checker.expect import expected
from tests.checker.feeds import feeds
from tests.checker.receipts import receipts
from tests.checker.timelines import timelines


def compare(collected: Collected) -> list[Finding]:
    """Return every finding, each once; none means that all is as it should be."""
    wanted = expected(collected)
    found = (
        *receipts(collected, wanted),
        *timelines(collected, wanted),
        *feeds(collected, wanted),
    )
    return list(dict.fromkeys(found))

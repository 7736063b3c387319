"""Agreements as people write them."""

import pytest
from pydantic import ValidationError

from tests.support.agreements import FILE, agreed


class TestFile:
    """An agreement that could be misread does not start."""

    def test_recipients_are_named(self):
        """Pages can name every recipient, and say which agencies are not connected."""
        names = {agency.urn: agency for agency in FILE.organisations}

        assert {a.recipient for a in FILE.agreements} <= names.keys()
        assert [a.name for a in FILE.organisations if not a.connected]

    @pytest.mark.parametrize(
        "mistake",
        [
            {"grants": [{"categories": ["withdrawal"], "mode": "content"}]},
            {"grants": [{"categories": ["refferal"], "mode": "content"}]},
            {"grants": [{"categories": ["ehc"], "mode": "existence", "fields": ["a"]}]},
            {"grants": [{"categories": ["ehc", "ehc"], "mode": "content"}]},
            {"roles": ["headteacher"]},
            {"children": "everyone"},
            {"children": {"area": []}},
            {"sensitivities": ["secret"]},
            {"valid_util": "2026-01-01"},
        ],
    )
    def test_mistake_is_refused(self, mistake):
        """A misspelt or unknown word is an error, not a narrower agreement."""
        with pytest.raises(ValidationError):
            agreed(**mistake)

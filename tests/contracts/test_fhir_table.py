"""The tables by which FHIR is judged are what the models of fhir.resources say."""

import pytest

from services.health_gateway.rules.describing import described, file_of, text
from services.health_gateway.rules.elements import Release


@pytest.mark.parametrize("release", Release)
def test_a_table_is_what_the_models_say(release):
    """After an upgrade of fhir.resources the tables are written anew."""
    assert file_of(release).read_text("utf-8") == text(described(release))

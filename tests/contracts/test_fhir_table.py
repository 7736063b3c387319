"""The table by which FHIR is judged is what the models of fhir.resources say."""

from services.health_gateway.rules.describing import FILE, described, text


def test_the_table_is_what_the_models_say():
    """After an upgrade of fhir.resources the table is written anew."""
    assert FILE.read_text("utf-8") == text(described())

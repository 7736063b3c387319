"""Problem details: one shape, one 404, and a 503 that says when to come back."""

import orjson

from services.runtime.problems import Problem, away, unknown


def test_a_problem_says_what_rfc_9457_asks():
    """Type, title, status and detail, under the problem media type."""
    answer = Problem(
        422, "not-understood", "Mend it.", errors=[{"where": "/id"}]
    ).response()

    assert answer.status_code == 422
    assert answer.media_type == "application/problem+json"
    assert orjson.loads(answer.body) == {
        "type": "https://throughline.example/problems/not-understood",
        "title": "Not understood",
        "status": 422,
        "detail": "Mend it.",
        "errors": [{"where": "/id"}],
    }


def test_there_is_one_404():
    """Whoever is told nothing is told it in the same bytes."""
    one, other = unknown().response(), unknown().response()

    assert one.status_code == 404
    assert (one.body, one.raw_headers) == (other.body, other.raw_headers)


def test_what_is_away_comes_back():
    """A 503 names the seconds after which the same request may be sent."""
    answer = away().response()

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0

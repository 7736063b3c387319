"""The Jinja environment that every page is rendered in."""

from functools import cache
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from services.runtime.pages import words
from services.runtime.pages.static_files import static_url


@cache
def environment() -> Environment:
    """
    Return the environment: our templates first, then nhsuk-frontend-jinja's.

    The macros of nhsuk-frontend-jinja read members of parameters that nobody gave, so
    they need `ChainableUndefined`, and they expect escaping to be on.
    """
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("services.runtime.pages"),
                PackageLoader("nhsuk_frontend_jinja"),
            ]
        ),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": words.day, "moment": words.moment, "plain": words.plain}
    made.filters |= {"role": words.role, "tag_colour": words.tag_colour}
    made.filters |= {"london": words.london}
    made.globals["static_url"] = static_url
    return made


def render(template: str, **model: Any) -> str:  # noqa: ANN401
    """Return the page that *template* makes of *model*."""
    return environment().get_template(template).render(**model)

"""Code lists of the field, each with its code system and the years of its codes."""

from schemas.codes.dfe import CODE_LISTS
from schemas.codes.lists import Code, CodeList

__all__ = ["CODE_LISTS", "Code", "CodeList"]

"""Pages of the education gateway: what is asked of an organisation, and its files."""

from services.education_gateway.pages.files import Pages
from services.education_gateway.pages.owed import OwedPages

__all__ = ["OwedPages", "Pages"]

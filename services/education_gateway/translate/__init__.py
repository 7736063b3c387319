"""What schools, councils and people state, as statements of the catalogue. Pure."""

from services.education_gateway.translate.events import to_statement
from services.education_gateway.translate.forms import Answer, events_of

__all__ = ["Answer", "events_of", "to_statement"]

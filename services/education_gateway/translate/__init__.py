"""What schools and councils send becomes Statements: events, and rows of files. Pure."""

from services.education_gateway.translate.events import to_statement

__all__ = ["to_statement"]

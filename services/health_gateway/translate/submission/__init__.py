"""What one request brought: a message, a resource, or a Bundle of them, in pieces."""

from services.health_gateway.translate.submission.bundles import without
from services.health_gateway.translate.submission.pieces import Asked, Piece, Submission
from services.health_gateway.translate.submission.reading import submission, withdrawn

__all__ = ["Asked", "Piece", "Submission", "submission", "withdrawn", "without"]

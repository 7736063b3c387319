"""What of a request goes on to the translator."""

from services.health_gateway.translate import Piece, Submission
from services.runtime import refs
from services.runtime.intake import messages


def items_of(
    kept: messages.Message, content: Submission, key: bytes
) -> list[messages.Item]:
    """Return what goes on: each piece that states something, or was refused."""
    return [
        _item(kept, piece, key)
        for piece in content.pieces
        if piece.statements or (piece.refused and not piece.outside)
    ]


def _item(kept: messages.Message, piece: Piece, key: bytes) -> messages.Item:
    """Return one piece as it goes on."""
    if piece.refused:
        return messages.Item(
            piece.place, piece.value, type=piece.kind, refused=piece.refused
        )
    first = piece.statements[0]
    person = first.person and refs.person_ref(key, kept.sender, first.person)
    return messages.Item(piece.place, piece.value, person or None, first.type)

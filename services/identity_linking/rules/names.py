"""
Whom a sender itself calls by more than one id: another id of the person, or a record.

A name that is given to persons of two children proves nothing: it links nobody, and a
steward looks.
"""

from services.identity_linking.rules.registry import Registry


def by_own_names(registry: Registry, ref: str) -> tuple[set[str], set[str]]:
    """Return the children that a person's own names lead to, and those that are unclear."""
    own = registry.persons[ref].child
    known = _children(registry, registry.called.get(ref, set()) - {ref})
    unclear = known if len(known) > 1 else set()
    found = known - unclear
    for name in sorted(
        n for n, by in registry.called.items() if ref in by and n != ref
    ):
        child = _child(registry, name)
        others = _children(registry, registry.called[name] - {ref, name})
        if child is None or child == own:
            continue
        if others - {own} - found:
            unclear |= {child}
        else:
            found |= {child}
    return found - {own}, unclear - {own}


def _children(registry: Registry, refs: set[str]) -> set[str]:
    """Return the children of the persons *refs*."""
    return {child for ref in refs if (child := _child(registry, ref))}


def _child(registry: Registry, ref: str) -> str | None:
    """Return the child of a person, None for one who is not known yet."""
    known = registry.persons.get(ref)
    return known.child if known else None

"""
Children whose record is restricted: where they are is not shown, whoever may see them.

Source: Personal Demographics Service, `Patient.meta.security` R and V (v3-Confidentiality).
The flag holds for all that is known of the child, also for what came before it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from schemas.entry import Entry
from schemas.history import WITHDRAWAL, standing

RESTRICTED: Final = "person.restricted.v1"
OWING: Final = frozenset({"body", "referred_to", "owed_by"})
"""Members that say who owes something: they stay, cut to the organisation itself."""
PLACES: Final = frozenset(
    {"school", "schools", "setting", "placement", "practice", "site", "location"}
    | {"address", "postcode", "residence", "moved_to", "from_school", "to_school"}
)
"""Members that say where a child is, learns or is seen, whatever they hold."""
_SITE: Final = re.compile(r"urn:ods:([A-Z0-9]{3})[A-Z0-9]{2}", re.ASCII)
"""A site of a trust: its first three characters are the trust."""
_LOCAL: Final = re.compile(r"urn:ods:[A-Z0-9]{6,10}|urn:dfe:urn:[0-9]{6}", re.ASCII)
"""A GP practice, a branch, or a school."""

_CODE: Final = "code"
_SYSTEM: Final = "_system"
"""What the name of a member ends in that says of which list another one's code is."""
_NATIONAL: Final = re.compile(
    r"dfe:|nhs-dd:|https?://(?:snomed\.info|loinc\.org|(?:[a-z]+\.)?hl7\.org(?:\.uk)?"
    r"|fhir\.nhs\.(?:uk|net)|(?:www\.)?datadictionary\.nhs\.uk)/(?!.*/?id/)",
    re.ASCII | re.IGNORECASE,
)
"""Code lists that are everybody's; below `/Id/` stand names of single places."""


def without_places(data: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *data* without what reveals where the child is.

    A code of a sender's own list may name a clinic: codes of national lists alone stay.
    """
    gone = PLACES | _local_codes(data)
    kept = {
        name: _cut(value, owing=name in OWING)
        for name, value in data.items()
        if name not in gone
    }
    return {name: value for name, value in kept.items() if value not in (None, [])}


def _local_codes(data: Mapping[str, Any]) -> set[str]:
    """Return the members that hold a code of no national list, and name its list."""
    local = {
        name.removesuffix(_SYSTEM)
        for name, system in data.items()
        if name.endswith(_SYSTEM) and not _NATIONAL.match(str(system))
    }
    if _CODE in data and _CODE + _SYSTEM not in data:
        local.add(_CODE)
    return local | {name + _SYSTEM for name in local}


def _cut(value: Any, *, owing: bool) -> Any:  # noqa: ANN401 - JSON
    """Return *value* with sites as their trusts, and without practices and schools."""
    if isinstance(value, list | tuple):
        cut = (_cut(one, owing=owing) for one in value)
        return [one for one in cut if one is not None]
    if isinstance(value, Mapping):
        return without_places(value)
    if not isinstance(value, str):
        return value
    if site := _SITE.fullmatch(value):
        return f"urn:ods:{site[1]}"
    return None if _LOCAL.fullmatch(value) and not owing else value


def is_restricted(entries: Iterable[Entry]) -> bool:
    """Return whether a standing statement says that the child's record is restricted."""
    said = [entry for entry in entries if entry.type in {RESTRICTED, WITHDRAWAL}]
    return any(entry.type == RESTRICTED for entry in said) and any(
        entry.data.get("restricted") for entry in standing(said)
    )


def hardened(entries: Sequence[Entry]) -> Sequence[Entry]:
    """
    Return a child's entries as anybody may have them, given that all are there.

    Of a restricted child each is at least `restricted`, and none says where the child is.
    """
    if not is_restricted(entries):
        return entries
    return [restricted(entry) for entry in entries]


def restricted(entry: Entry) -> Entry:
    """Return *entry* as one of a restricted child."""
    sensitivity = "restricted" if entry.sensitivity == "normal" else entry.sensitivity
    return replace(entry, sensitivity=sensitivity, data=without_places(entry.data))

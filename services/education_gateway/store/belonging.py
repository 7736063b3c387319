"""Whom records of a table are about that belong to records of another."""

from collections.abc import Mapping, Sequence

from services.education_gateway.translate.files import rows
from services.education_gateway.translate.files.layout import Link
from services.education_gateway.translate.files.layout import Table as Layout
from services.education_gateway.translate.files.rows import About, Judged
from services.education_gateway.translate.files.survey import Survey
from services.runtime.postgres import Connection
from services.runtime.snapshots import store
from services.runtime.snapshots.store import Table


async def whom(
    conn: Connection,
    feed: int | None,
    survey: Survey,
    layout: Layout,
    judged: Sequence[Judged],
) -> None:
    """Say of each record whom it is about, by this delivery or by an earlier one."""
    if not isinstance(layout.whom, Link):
        return
    link = layout.whom
    told = {said.link: survey.about(link.table, said.link) for said in judged}
    missing = [key for key, about in told.items() if about is None and key]
    earlier = await store.load(conn, Table(feed, link.table), missing) if feed else {}
    known: Mapping[str, About] = {k: dict(v.carried) for k, v in earlier.items()}
    for said in judged:
        about = told.get(said.link) or known.get(said.link)
        if about and about.get("person"):
            rows.about_whom(said, about)
        elif said.link:
            rows.orphan(said, layout)

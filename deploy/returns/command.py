"""`throughline sen2` and `throughline area-send`: returns from the timeline."""

from pathlib import Path
from typing import Annotated

import typer

La = Annotated[str, typer.Option("--la", help="DfE code of the council, e.g. 931.")]
Persons = Annotated[
    Path, typer.Option("--persons", help="The council's own persons, CSV by local_id.")
]
Out = Annotated[Path, typer.Option("--out", help="Folder for the files.")]
Book = Annotated[Path, typer.Option("--out", help="The workbook, .xlsx.")]
Year = Annotated[
    int, typer.Option(min=2020, max=2100, help="January of the collection.")
]
Officer = Annotated[str, typer.Option(help="Yes or No: whether one is in post.")]
On = Annotated[str, typer.Option("--on", help="As on this day. Default: today.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def sen2_return(  # noqa: PLR0913, PLR0917 - options
    year: Year,
    la: La,
    persons_file: Persons,
    out: Out,
    dmo: Officer = "",
    dco: Officer = "",
    dsco: Officer = "",
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write the SEN2 return of a January, about the calendar year before."""
    # Here alone: no other command should take the time to load a spreadsheet's writer.
    from deploy.returns import making  # noqa: PLC0415
    from deploy.returns.tables import Collection  # noqa: PLC0415

    officers = {"dmo": dmo, "dco": dco, "dsco": dsco}
    collection = Collection(year, la)
    making.make_sen2(collection, persons_file, out, officers, as_json=as_json)


def area_send_lists(
    la: La,
    persons_file: Persons,
    out: Book,
    on: On = "",
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Write the person-level workbook for an area SEND inspection."""
    from deploy.returns import making  # noqa: PLC0415 - as above

    making.make_lists(la, persons_file, out, on, as_json=as_json)

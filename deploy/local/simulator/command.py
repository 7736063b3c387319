"""`throughline simulate`: a county's years through the doors, and whether it is right."""

from pathlib import Path
from typing import Annotated

import typer

AreaName = Annotated[
    str,
    typer.Option(
        "--area", help="A council of England by name, ONS code or DfE code; or England."
    ),
]
Figures = Annotated[
    Path | None,
    typer.Option(
        envvar="THROUGHLINE_FIGURES",
        help="Table with the figures of other councils: one row each.",
    ),
]
Years = Annotated[int, typer.Option(min=1, max=5, help="How many, up to today.")]
Seed = Annotated[int, typer.Option(help="Another seed, other children.")]
Scale = Annotated[float, typer.Option(min=0.0001, max=1, help="Part of the area.")]
PaceOf = Annotated[float, typer.Option(help="Simulated days a second; 0: no limit.")]
Persons = Annotated[
    Path | None, typer.Option(help="Write here the council's own file of persons.")
]
Check = Annotated[Path | None, typer.Option(help="Compare with this truth file.")]
Until = Annotated[str, typer.Option(help="Last day, YYYY-MM-DD. Default: today.")]
Size = Annotated[
    bool, typer.Option("--size", help="Say how large it is; send nothing.")
]
Wait = Annotated[float, typer.Option(help="Seconds to wait while nothing improves.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def simulate(  # noqa: PLR0913, PLR0917 - options
    area: AreaName = "oxfordshire",
    figures: Figures = None,
    years: Years = 2,
    seed: Seed = 1,
    scale: Scale = 1.0,
    pace: PaceOf = 0.0,
    truth_file: Annotated[
        Path | None, typer.Option("--truth", help="Write here what is right.")
    ] = None,
    persons: Persons = None,
    check: Check = None,
    until: Until = "",
    wait: Wait = 30.0,
    size: Size = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Play invented children's years to a running Throughline, or check them."""
    # Here alone: no other command should take the time to load all this.
    from deploy.local.simulator import director  # noqa: PLC0415

    if check is not None:
        director.check(check, wait, as_json=as_json)
        return
    found = director.area(area, figures)
    county = director.county_of(found, seed, years, until, scale)
    if size or county.area.dfe is None:
        director.size(county, as_json=as_json)
        return
    written = director.Written(truth_file, persons)
    director.play(county, pace, written, as_json=as_json)

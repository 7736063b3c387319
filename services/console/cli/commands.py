"""Every command of `throughline` that speaks to the services."""

import typer

from services.console.cli import (
    checking,
    operating,
    publishing,
    reading,
    recovering,
    retranslating,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="One coordinated timeline per child.",
)

app.command()(publishing.publish)
app.command()(publishing.message)
app.command()(reading.timeline)
app.command()(reading.feed)
app.command()(operating.trace)
app.add_typer(operating.refused, name="refused")
app.add_typer(operating.identity, name="identity")
app.command()(retranslating.retranslate)
app.command()(operating.status)
app.command()(checking.doctor)
app.command()(operating.tick)
app.command()(recovering.republish)

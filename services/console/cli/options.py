"""Arguments and options that several commands share."""

from typing import Annotated

import typer

As = Annotated[str, typer.Option("--as", help="Organisation, e.g. urn:dfe:la:931.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words; it is kept.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]

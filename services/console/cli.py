"""temporary"""
import sys
import typer
app = typer.Typer(no_args_is_help=True, add_completion=False)
def failed(code, text):
    print(text, file=sys.stderr)
    return typer.Exit(code)

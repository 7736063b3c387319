"""
The `throughline` command: publishing, reading, and what operators do.

Data goes to standard output, remarks to standard error. Exit codes are in `answers`.
"""

from services.console.cli.answers import failed
from services.console.cli.commands import app

__all__ = ["app", "failed"]

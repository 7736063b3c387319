"""`throughline`: the one command. What starts a service loads no more than it needs."""

import importlib
import sys


def main() -> None:
    """Run the command line."""
    name = "deploy.running" if sys.argv[1:2] == ["run"] else "deploy.commands"
    importlib.import_module(name).app()


if __name__ == "__main__":
    main()

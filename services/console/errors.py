"""What the command line cannot get past."""


class DownError(Exception):
    """A service, or the issuer, does not answer; says which and where."""

    def __init__(self, name: str, url: str) -> None:
        """Keep which it is and the address that was tried."""
        super().__init__(f"{name} does not answer at {url}")
        self.name = name
        self.url = url

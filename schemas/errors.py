"""
Why something could not go on.

* ThroughlineError
  - Refused      the data cannot be used; trying again cannot help
  - NotNow       the data are fine; something that we need is away; try again
  - Stopped      going on would do harm; a person must act first
"""


class ThroughlineError(Exception):
    """Anything raised on purpose. The runtime decides by the class alone."""


class Refused(ThroughlineError):  # noqa: N818
    """
    The data cannot be used.

    Says the reason (a hyphenated word), where in the message, and which rule; never
    the value, because refused messages are read by people who may not see it.
    """

    def __init__(self, reason: str, *, where: str, rule: str) -> None:
        """Keep the three words under which this refusal is published."""
        super().__init__(f"{reason} at {where}: {rule}")
        self.reason = reason
        self.where = where
        self.rule = rule


class NotNow(ThroughlineError):  # noqa: N818
    """Kafka, Postgres or another part is away; the source pauses and tries again."""


class Stopped(ThroughlineError):  # noqa: N818
    """The service must not run until a person has done what the text says."""

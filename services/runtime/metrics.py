"""Figures that every service exports. No label ever holds an identifier."""

from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge, Histogram

if TYPE_CHECKING:
    from services.runtime.service import Service

REQUESTS: Final = Counter(
    "throughline_requests_total", "Requests answered.", ["door", "status"]
)
REQUEST_SECONDS: Final = Histogram(
    "throughline_request_seconds", "Seconds from request to answer.", ["door"]
)
RECORDS: Final = Counter(
    "throughline_records_total", "Records taken in steps.", ["reader"]
)
REFUSED: Final = Counter(
    "throughline_refused_total", "Records and requests refused.", ["reason"]
)
OUT_OF_SCOPE: Final = Counter(
    "throughline_out_of_scope_total",
    "Messages and items outside the scope of their source, of which nothing is kept.",
    ["source", "why"],
)
_WAITING: Final = Gauge(
    "throughline_outbox_waiting", "Records committed and not yet confirmed by Kafka."
)


def watch(service: "Service") -> None:
    """Export what *service* has waiting."""
    _WAITING.set_function(lambda: service.relay_waiting)

"""How a service is: `/_ping`, `/_status`, `/readyz`, `/metrics`."""

import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from services.runtime import postgres
from services.runtime.step import CODE_VERSION

if TYPE_CHECKING:
    from services.runtime.service import Service


def router(service: "Service") -> APIRouter:
    """Return the four routes; none of them needs a token or shows a child."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/_ping")
    async def ping() -> dict[str, Any]:
        """Say that the process is alive, whatever else is away."""
        return {
            "status": "pass",
            "ping": "pong",
            "service": service.name,
            "version": {"releaseId": CODE_VERSION},
        }

    @routes.get("/_status")
    async def status() -> JSONResponse:
        """Say what works and how far reading is behind; 503 when something is away."""
        said = await checks(service)
        return JSONResponse(said, 200 if said["status"] == "pass" else 503)

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        """Say whether requests and records are being taken."""
        ready = service.reading_since_start and all(
            reading.assigned for reading in service.readings
        )
        return JSONResponse({"ready": ready}, 200 if ready else 503)

    @routes.get("/metrics")
    async def metrics() -> Response:
        """Return Prometheus' text."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def checks(service: "Service") -> dict[str, Any]:
    """Return the state of Postgres, Kafka and each reader."""
    database = await _database(service)
    lags = {
        reading.name: await reading.lag_seconds(time.time())
        for reading in service.readings
    }
    kafka = "pass" if service.reading_since_start else "fail"
    whole = "pass" if database == "pass" and kafka == "pass" else "fail"
    return {
        "status": whole,
        "service": service.name,
        "checks": {"postgres": database, "kafka": kafka},
        "lag_seconds": max(lags.values(), default=0.0),
        "readers": lags,
        "waiting": service.relay_waiting,
    }


async def _database(service: "Service") -> str:
    """Return whether Postgres answers."""
    try:
        await service.pool.fetchval("SELECT 1", timeout=2)
    except (*postgres.AWAY, Exception):  # noqa: BLE001 - any failure is a fail
        return "fail"
    return "pass"

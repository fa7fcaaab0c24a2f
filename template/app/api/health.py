"""Whether the application lives, and whether what it needs answers."""

from time import perf_counter
from typing import Literal

import structlog
from anyio import fail_after
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text

from app.dependencies import Resources, ResourcesDep
from app.exceptions import ServiceUnavailable
from app.problems import problems

log = structlog.stdlib.get_logger(__name__)
router = APIRouter(prefix="/health", tags=["health"])


async def ask_database(resources: Resources) -> None:
    """Ask the database for an answer."""
    async with resources.sessions() as session:
        await session.execute(text("SELECT 1"))


SERVICES = {
    "database": ask_database,
}


class Health(BaseModel):
    """Whether every service answers, and after how many milliseconds; null means not at all."""

    status: Literal["ok", "degraded"]
    services: dict[str, float | None] = Field(examples=[{"database": 0.42}])


@router.get("")
async def read_health(resources: ResourcesDep) -> Health:
    """Report on every service, with timings."""
    services: dict[str, float | None] = dict.fromkeys(SERVICES)
    for name, ask in SERVICES.items():
        started = perf_counter()
        try:
            with fail_after(1):  # second
                await ask(resources)
            services[name] = round((perf_counter() - started) * 1000, 2)
        except Exception:
            log.exception("service does not answer", service=name)
    return Health(status="degraded" if None in services.values() else "ok", services=services)


@router.get("/live", status_code=204)
async def read_liveness() -> None:
    """Answer as long as the process can."""


@router.get("/ready", status_code=204, responses=problems(503))
async def read_readiness(resources: ResourcesDep) -> None:
    """Answer 503 until every service answers."""
    if (await read_health(resources)).status != "ok":
        raise ServiceUnavailable

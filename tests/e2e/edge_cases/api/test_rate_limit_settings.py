# Needs app/api/rate_limit.py
import pytest
from fastapi import FastAPI

from app.api.rate_limit import rate_limit
from app.config import Settings
from app.problems import MEDIA_TYPE
from tests.api.test_rate_limit import PROBE, app
from tests.servers import settings_error

__all__ = ["app"]


async def test_openapi_documents_the_rate_limit(app: FastAPI) -> None:
    responses = app.openapi()["paths"][PROBE]["get"]["responses"]

    assert list(responses["429"]["content"]) == [MEDIA_TYPE]


@pytest.mark.parametrize("limit", ["often", "1/minute;2/hour", 5])
def test_invalid_rate_limit_is_rejected(settings: Settings, limit: str) -> None:
    assert "rate_limit" in settings_error(settings, rate_limit=limit)


@pytest.mark.parametrize("limit", ["often", "1/minute;2/hour"])
def test_invalid_limit_of_a_route_raises_at_once(limit: str) -> None:
    with pytest.raises(ValueError, match="must be one rate limit"):
        rate_limit(limit)

# Needs app/rates.py
import pytest
from fastapi import FastAPI

from app.api.limits import limit
from app.config import Settings
from app.problems import MEDIA_TYPE
from tests.api.test_limits import PROBE, app
from tests.servers import refusal

__all__ = ["app"]


async def test_document_says_that_requests_are_limited(app: FastAPI) -> None:
    responses = app.openapi()["paths"][PROBE]["get"]["responses"]

    assert list(responses["429"]["content"]) == [MEDIA_TYPE]


@pytest.mark.parametrize("rate", ["often", "1/minute;2/hour", 5])
def test_what_is_no_rate_is_refused(settings: Settings, rate: str) -> None:
    assert "rate_limit" in refusal(settings, rate_limit=rate)


def test_mistaken_limit_of_a_route_shows_at_once() -> None:
    with pytest.raises(ValueError, match="often"):
        limit("often")

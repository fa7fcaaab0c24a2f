# Needs app/api/rate_limit.py
from tests.api.test_rate_limit import get_statuses
from tests.servers import Serve


async def test_health_checks_have_no_rate_limit(serve: Serve) -> None:
    async with serve(rate_limit="1/day") as client:
        assert await get_statuses(client, times=5, path="/health/live") == [204] * 5

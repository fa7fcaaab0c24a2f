# Needs app/admin app/api/rate_limit.py
from tests.admin.conftest import LOGIN
from tests.servers import Serve


async def test_admin_and_api_logins_share_the_rate_limit(serve: Serve) -> None:
    credentials = {"email": LOGIN["username"], "password": LOGIN["password"]}

    async with serve(login_rate_limit_per_email="1/day") as client:
        headers = {"Origin": "http://test"}
        first = await client.post("/admin/login", data=LOGIN, headers=headers)
        second = await client.post("/api/v1/auth/login", json=credentials)

    assert (first.status_code, second.status_code) == (400, 429)

from tests.admin.conftest import LOGIN
from tests.servers import Serve


async def test_guessing_at_the_sign_in_ends(serve: Serve) -> None:
    async with serve(rate_limit_account_attempts="2/day") as browser:
        headers = {"Origin": "http://test"}
        answers = [await browser.post("/admin/login", data=LOGIN, headers=headers) for _ in "123"]

    assert [answer.status_code for answer in answers] == [400, 400, 429]

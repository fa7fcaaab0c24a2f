# Needs app/models/user.py
from asyncio import gather

from httpx2 import AsyncClient

from tests.api.v1.test_refresh import refresh
from tests.factories.users import request_tokens


async def test_refresh_token_is_spent_once_however_often_it_comes_at_the_same_time(
    ada: AsyncClient, client: AsyncClient
) -> None:
    pair = await request_tokens(client)

    answers = await gather(*(refresh(client, pair) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]

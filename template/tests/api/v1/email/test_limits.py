import pytest
from httpx2 import AsyncClient

from tests.api.v1.email.conftest import AUTH


@pytest.mark.parametrize("changes", [{"auth_rate_limit": "3/day"}])
async def test_link_requests_and_tokens_count_towards_the_auth_rate_limit(
    client: AsyncClient,
) -> None:
    address, guess = {"email": "ada@example.com"}, {"token": "guessed"}
    steps = [
        ("verify-email", address, 202),
        ("password-reset", address, 202),
        ("verify-email/confirm", guess, 400),
        ("verify-email/confirm", guess, 429),
        ("password-reset", address, 429),
    ]

    for path, body, status in steps:
        assert (await client.post(f"{AUTH}/{path}", json=body)).status_code == status

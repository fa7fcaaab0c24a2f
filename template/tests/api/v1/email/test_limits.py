import pytest
from httpx2 import AsyncClient

from tests.api.v1.email.conftest import AUTH


@pytest.mark.parametrize("changes", [{"login_rate_limit": "3/day"}])
async def test_mails_and_guessed_tokens_are_limited_as_passwords_are(client: AsyncClient) -> None:
    ada, guess = {"email": "ada@example.com"}, {"token": "guessed"}
    steps = [
        ("verify-email", ada, 202),
        ("password-reset", ada, 202),
        ("verify-email/confirm", guess, 400),
        ("verify-email/confirm", guess, 429),
        ("password-reset", ada, 429),
    ]

    for path, body, status in steps:
        assert (await client.post(f"{AUTH}/{path}", json=body)).status_code == status

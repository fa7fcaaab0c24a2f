import pytest

from app.config import Settings
from tests.api.v1.email.inbox import AUTH
from tests.servers import serve

pytestmark = pytest.mark.usefixtures("engine")


async def test_mails_and_guessed_tokens_are_limited_as_passwords_are(settings: Settings) -> None:
    ada, guess = {"email": "ada@example.com"}, {"token": "guessed"}

    async with serve(settings, rate_limit_attempts="3/day") as client:
        answers = [
            await client.post(f"{AUTH}/verify-email", json=ada),
            await client.post(f"{AUTH}/password-reset", json=ada),
            await client.post(f"{AUTH}/verify-email/confirm", json=guess),
            await client.post(f"{AUTH}/verify-email/confirm", json=guess),
            await client.post(f"{AUTH}/password-reset", json=ada),
        ]

    assert [answer.status_code for answer in answers] == [202, 202, 400, 429, 429]

"""Registering with someone else's e-mail address gives no access to that person's later account."""

from tests.api.v1.oauth.conftest import Provider, start_linking
from tests.factories.users import UserFactory
from tests.problems import error_detail


async def test_linking_requires_a_verified_address(users: UserFactory, provider: Provider) -> None:
    eve = await users.register()

    response = await eve.get(await start_linking(eve, provider))

    assert response.status_code == 409
    assert error_detail(response) == "Verify your e-mail address first."
    assert (await eve.get("/api/v1/auth/identities")).json() == []

"""Who signs up with the address of somebody else gets no way into that account."""

from tests.api.v1.oauth.conftest import Provider, start_linking
from tests.factories.users import UserFactory


async def test_nothing_is_linked_before_the_address_is_verified(
    users: UserFactory, provider: Provider
) -> None:
    eve = await users.register()

    answer = await eve.get(await start_linking(eve, provider))

    assert answer.status_code == 409
    assert answer.json()["detail"] == "Verify your e-mail address first."
    assert (await eve.get("/api/v1/auth/identities")).json() == []

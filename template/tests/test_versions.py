from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from app.api.deps import CurrentUser
from app.problems import error_responses
from tests.factories.users import UserFactory, get_user_id


class UserBase(BaseModel, from_attributes=True):
    """A user in version 2 of the API."""

    id: str
    name: str | None


v2 = APIRouter(prefix="/v2")


@v2.get("/users/me", responses=error_responses(401))
async def read_me(user: CurrentUser) -> UserBase:
    return UserBase(id=str(user.id), name=user.full_name)


async def test_versions_of_an_endpoint_have_different_responses(
    app: FastAPI, users: UserFactory
) -> None:
    app.include_router(v2, prefix="/api")
    ada = await users.register(full_name="Ada")

    first = (await ada.get("/api/v1/users/me")).json()
    second = (await ada.get("/api/v2/users/me")).json()

    assert second == {"id": await get_user_id(ada), "name": "Ada"}
    assert first["full_name"] == "Ada"
    assert "name" not in first

# Needs app/admin
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from tests.admin.test_views import USERS
from tests.factories.users import UserFactory, get_user_id


async def test_invalid_values_are_explained(
    root: AsyncClient, users: UserFactory, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await get_user_id(await users.register())
    form = {"full_name": "a\u202eb", "role": "user", "save": "Save"}

    refused = await root.post(f"/admin/user/edit/{ada}", data=form)

    assert refused.status_code == 400
    assert "full_name: " in refused.text
    assert "ERROR" not in {record.levelname for record in caplog.records}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "user/details/x", 404),
        ("GET", "user/edit/x", 404),
        ("POST", "user/edit/x", 404),
        ("DELETE", "user/delete?pks=x", 404),
        ("DELETE", "user/delete?pks=", 404),
        ("GET", f"user/details/{UUID(int=0)}", 404),
        ("GET", "user/list?search=%00", 400),
        ("GET", "user/export/csv", 403),
    ],
)
async def test_what_is_not_there_is_no_mistake_of_the_application(
    root: AsyncClient, caplog: pytest.LogCaptureFixture, method: str, path: str, status: int
) -> None:
    answer = await root.request(method, f"/admin/{path}")

    assert answer.status_code == status
    assert "ERROR" not in {record.levelname for record in caplog.records}


async def test_server_error_is_not_told(root: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.admin.views.UserAdmin.list", None)

    answer = await root.get(USERS)

    assert answer.status_code == 500
    assert answer.json()["title"] == "Internal Server Error"

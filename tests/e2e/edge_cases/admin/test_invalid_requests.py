# Needs app/admin
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from tests.admin.test_views import USERS
from tests.factories.users import UserFactory, get_user_id


async def test_invalid_values_are_explained_on_the_page(
    root: AsyncClient, users: UserFactory, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await get_user_id(await users.register())
    form = {"full_name": "a\u202eb", "role": "user", "save": "Save"}

    with capture_logs() as logs:
        response = await root.post(f"/admin/user/edit/{ada}", data=form)

    assert response.status_code == 400
    assert "full_name: " in response.text
    assert "ERROR" not in {record.levelname for record in caplog.records}
    assert "error" not in {line["log_level"] for line in logs}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "user/details/x", 404),
        ("GET", "user/edit/x", 404),
        ("POST", "user/edit/x", 404),
        ("DELETE", "user/delete?pks=x", 404),
        ("DELETE", "user/delete?pks=", 404),
        ("DELETE", "user/delete", 400),
        ("GET", f"user/details/{UUID(int=0)}", 404),
        ("GET", "user/list?search=%00", 400),
        ("GET", "user/export/csv", 403),
    ],
)
async def test_invalid_ids_and_searches_are_client_errors(
    root: AsyncClient, caplog: pytest.LogCaptureFixture, method: str, path: str, status: int
) -> None:
    with capture_logs() as logs:
        response = await root.request(method, f"/admin/{path}")

    assert response.status_code == status
    assert "ERROR" not in {record.levelname for record in caplog.records}
    assert "error" not in {line["log_level"] for line in logs}


@pytest.mark.parametrize("content", [b"", b"Ada"])
async def test_file_in_a_field_of_a_form_is_a_client_error(
    root: AsyncClient, users: UserFactory, content: bytes
) -> None:
    ada = await get_user_id(await users.register())

    response = await root.post(
        f"/admin/user/edit/{ada}", files={"full_name": ("name.txt", content)}
    )

    assert response.status_code == 400


async def test_details_of_server_errors_are_hidden(
    root: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.admin.views.UserAdmin.list", None)

    response = await root.get(USERS)

    assert response.status_code == 500
    assert response.json()["title"] == "Internal Server Error"

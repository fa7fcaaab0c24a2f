# Needs tests/test_versions.py
from fastapi import FastAPI
from httpx2 import AsyncClient

from tests.test_versions import v2


async def test_both_versions_are_documented_with_unique_operation_ids(
    app: FastAPI, client: AsyncClient
) -> None:
    app.include_router(v2, prefix="/api")

    document = (await client.get("/openapi.json")).json()

    paths = document["paths"]
    ids = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert {"/api/v1/users/me", "/api/v2/users/me"} <= paths.keys()
    assert len(ids) == len(set(ids))
    assert {"users_read_me", "users_read_me_v2"} <= set(ids)
    assert "401" in paths["/api/v2/users/me"]["get"]["responses"]

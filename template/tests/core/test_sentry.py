import gzip
import json
from collections.abc import Generator

import pytest
import sentry_sdk
from fastapi import FastAPI, HTTPException
from httpx2 import AsyncClient
from pydantic import BaseModel, SecretStr

from app.config import Settings
from app.core.logging import configure_logging
from app.exceptions import ServiceUnavailable
from tests.receiver import Receiver, open_receiver
from tests.servers import settings_error


class Body(BaseModel):
    password: str


def test_quotes_around_the_dsn_are_removed(settings: Settings) -> None:
    values = settings.model_dump() | {"sentry_dsn": '"https://key@o1.ingest.sentry.io/1" '}

    dsn = Settings.model_validate(values).sentry_dsn

    assert dsn.get_secret_value() == "https://key@o1.ingest.sentry.io/1"


@pytest.mark.parametrize(
    "dsn", ["key", "https://o1.ingest.sentry.io/1", "https://key@sentry.io", "https://key@a:port/1"]
)
def test_dsn_of_no_project_is_rejected(settings: Settings, dsn: str) -> None:
    assert "must be the DSN of a project" in settings_error(settings, sentry_dsn=dsn)


@pytest.fixture
def received(settings: Settings) -> Generator[Receiver]:
    with open_receiver() as receiver:
        yield receiver
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    configure_logging(settings)


@pytest.fixture
def app(app: FastAPI, settings: Settings, received: Receiver) -> FastAPI:
    dsn = SecretStr(f"http://key@{received.address}/1")
    configure_logging(settings.model_copy(update={"sentry_dsn": dsn}))

    @app.post("/broken")
    async def break_down(body: Body) -> None:
        copy = body.password
        raise RuntimeError("unexpected", len(copy))

    @app.get("/rejected/{status}")
    async def reject(status: int) -> None:
        raise ServiceUnavailable if status == 503 else HTTPException(status)

    return app


def read_reports(received: Receiver) -> list[str]:
    sentry_sdk.flush()
    return [gzip.decompress(body).decode() for body in received.bodies]


async def test_unexpected_error_is_reported_once_without_private_data(
    client: AsyncClient, received: Receiver
) -> None:
    headers = {"Authorization": "Bearer s3cret-token", "Cookie": "session=s3cret-cookie"}
    response = await client.post("/broken", json={"password": "s3cret-word"}, headers=headers)

    [report] = read_reports(received)
    event = json.loads(report.splitlines()[2])
    assert event["tags"]["request_id"] == response.headers["X-Request-ID"]
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert (event["environment"], event["release"].split("@")[1]) == ("test", "0.1.0")
    assert "s3cret" not in report
    assert '"vars"' not in report


async def test_expected_errors_are_not_reported(client: AsyncClient, received: Receiver) -> None:
    for path in ("/nowhere", "/rejected/401", "/rejected/503", "/rejected/none"):
        assert (await client.get(path)).status_code >= 400

    assert not read_reports(received)

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url
from starlette.types import Message
from structlog.testing import capture_logs

from app.config import Settings
from app.core.checks import CannotStart, check_settings, check_start
from app.factory import create_app


@pytest.fixture
def unavailable(settings: Settings) -> Settings:
    url = make_url(settings.database_url.get_secret_value()).set(database="/missing/app.db")
    return settings.model_copy(
        update={"database_url": SecretStr(url.render_as_string(hide_password=False))}
    )


async def test_production_starts_and_logs_that_the_database_does_not_answer(
    unavailable: Settings,
) -> None:
    with capture_logs() as logs:
        await check_start(unavailable.model_copy(update={"environment": "production"}))

    assert [line["log_level"] for line in logs] == ["error"]
    assert "/missing/app.db does not answer" in logs[0]["event"]


async def test_development_does_not_start_and_gives_the_reason_without_traceback(
    unavailable: Settings,
) -> None:
    app = create_app(unavailable.model_copy(update={"environment": "development"}))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(CannotStart):
        await app({"type": "lifespan", "state": {}}, receive, send)

    assert sent[0]["message"].startswith("DATABASE_URL: the database ")
    assert "Traceback" not in sent[0]["message"]


def test_unsafe_settings_are_warnings_only_in_production(settings: Settings) -> None:
    unsafe = {
        "allowed_hosts": ["localhost"],
        "cors_origins": ["http://app.example.com"],
        "docs_enabled": True,
    }
    production = settings.model_copy(update=unsafe | {"environment": "production"})

    assert check_settings(settings.model_copy(update=unsafe)) == []
    text = " ".join(message for _, message in check_settings(production))
    for name in ("ALLOWED_HOSTS", "CORS_ORIGINS", "DOCS_ENABLED"):
        assert name in text

import pytest
from pydantic import ValidationError

from app.config import Settings


def test_default_environment_is_production(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENVIRONMENT", raising=False)
    values = settings.model_dump(exclude={"environment"}) | {"allowed_hosts": ["*"]}

    with pytest.raises(ValidationError, match="ALLOWED_HOSTS"):  # only production rejects it
        Settings.model_validate(values)
    assert Settings.model_validate(values | {"environment": "development"})


def test_one_message_lists_all_unsafe_values(settings: Settings) -> None:
    unsafe = {"database_url": "", "allowed_hosts": ["*"], "cors_origins": "https://a.example.com,*"}

    with pytest.raises(ValidationError) as error:
        Settings.model_validate(settings.model_dump() | unsafe | {"environment": "production"})

    for name in ("DATABASE_URL", "ALLOWED_HOSTS", "CORS_ORIGINS"):
        assert name in str(error.value)

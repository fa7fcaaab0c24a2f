import pytest
from pydantic import ValidationError

from app.config import Settings


def test_unset_environment_means_production(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENVIRONMENT", raising=False)
    values = settings.model_dump(exclude={"environment"})

    assert Settings.model_validate(values).environment == "production"


def test_production_refuses_every_unsafe_value_in_one_message(settings: Settings) -> None:
    unsafe = {"database_url": "", "allowed_hosts": ["*"], "cors_origins": "https://a.example.com,*"}

    with pytest.raises(ValidationError) as refusal:
        Settings.model_validate(settings.model_dump() | unsafe | {"environment": "production"})

    for name in ("DATABASE_URL", "ALLOWED_HOSTS", "CORS_ORIGINS"):
        assert name in str(refusal.value)

import pytest

from app.core.repeated_errors import RepeatedErrors


def test_cause_is_new_again_when_it_has_not_occurred_for_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors = RepeatedErrors()

    assert [errors.should_log(cause) for cause in ("full disk", "full disk", "timeout")] == [
        True,
        False,
        True,
    ]
    monkeypatch.setattr("app.core.repeated_errors.QUIET_SECONDS", -1)
    assert errors.should_log("full disk")

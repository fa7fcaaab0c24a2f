import runpy

import pytest
from fastapi import FastAPI

from app.config import Settings


def test_main_creates_the_application(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.config.get_settings", lambda: settings)

    assert isinstance(runpy.run_module("app.main")["app"], FastAPI)

import gc
import runpy

import pytest
from fastapi import FastAPI

from app.config import Settings


def test_main_creates_the_application_and_keeps_it_from_the_garbage_collector(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.get_settings", lambda: settings)

    assert isinstance(runpy.run_module("app.main")["app"], FastAPI)
    assert gc.get_freeze_count() > 0
    gc.unfreeze()

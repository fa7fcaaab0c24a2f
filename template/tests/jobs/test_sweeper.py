import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from app.dependencies import AppState
from app.jobs.queue import SWEEP_EVERY, sweep
from app.models.task import Task
from tests.tasks import wait_for_success


async def test_server_takes_up_what_a_stopped_one_left(
    app: FastAPI, state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail_once(_: AppState) -> None:
        monkeypatch.setattr("app.jobs.sweeper.sweep", sweep)
        raise ConnectionError("the database sleeps")

    monkeypatch.setattr("app.jobs.sweeper.sweep", fail_once)
    monkeypatch.setattr("app.jobs.sweeper.SWEEP_EVERY", SWEEP_EVERY / 6000)

    async with LifespanManager(app):
        await wait_for_success(state, task)

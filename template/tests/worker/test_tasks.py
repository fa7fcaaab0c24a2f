import logging
from runpy import run_module

import pytest

from app.config import Settings
from app.models.entity import utc_now
from app.worker import tasks
from tests.tasks import add_file, change_task, read_task


def test_worker_looks_after_the_tasks(process: type[tasks.Process]) -> None:
    state, run = process.state, process.runner.run
    task = run(add_file(state))
    run(change_task(state, task, due_at=utc_now().replace(year=2000)))

    tasks.sweep()
    tasks.clean()

    assert run(read_task(state, task)).due_at.year > 2000


def test_worker_loses_nothing_and_reads_json_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.get_settings", lambda: settings)
    logging.getLogger("app").setLevel(logging.CRITICAL)

    module = run_module("app.worker.celery_app")
    module["set_up_logging"]()

    conf = module["celery_app"].conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert (conf.worker_prefetch_multiplier, conf.accept_content) == (1, ["json"])
    assert conf.task_default_queue == settings.celery_queue
    assert logging.getLogger("app").level == logging.INFO

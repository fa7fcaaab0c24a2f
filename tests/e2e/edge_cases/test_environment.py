# Needs conftest.py
"""The environment and the folder of the shell do not change the results of tests."""

import os
import sys
from pathlib import Path

import pytest
from anyio import run_process

from app.config import Settings

LIBRARIES = [
    "CELERY_BROKER_URL",
    "CELERY_CONFIG_MODULE",
    "CELERY_RESULT_BACKEND",
    "COLUMNS",
    "FORCE_COLOR",
    "HTTPS_PROXY",
    "OTEL_SDK_DISABLED",
    "PGHOST",
    "PROMETHEUS_MULTIPROC_DIR",
    "SSL_CERT_FILE",
    "all_proxy",
]


@pytest.mark.parametrize("folder", [".", "tests"])
async def test_tests_ignore_the_environment_and_the_folder(folder: str) -> None:
    names = [*LIBRARIES, *Settings.model_fields, *map(str.upper, Settings.model_fields)]
    test = Path(__file__).with_name("test_main.py")

    done = await run_process(
        [sys.executable, "-m", "pytest", "-p", "no:xdist", str(test)],
        cwd=folder,
        env=dict.fromkeys(names, "nonsense") | os.environ,
        check=False,
    )

    assert (done.returncode, b"passed" in done.stdout) == (0, True), done.stderr

# Needs conftest.py
"""The environment and the folder of the shell do not change the results of tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Settings

LIBRARIES = (
    "CELERY_BROKER_URL CELERY_CONFIG_MODULE CELERY_RESULT_BACKEND COLUMNS FORCE_COLOR HTTPS_PROXY "
    "HTTP_PROXY OTEL_SDK_DISABLED PGHOST PROMETHEUS_MULTIPROC_DIR SSL_CERT_FILE all_proxy"
).split()


@pytest.mark.parametrize("folder", [".", "tests"])
def test_tests_ignore_the_environment_and_the_folder(folder: str) -> None:
    names = [*LIBRARIES, *Settings.model_fields, *map(str.upper, Settings.model_fields)]
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist"]

    done = subprocess.run(
        [*command, str(Path(__file__).with_name("test_main.py"))],
        cwd=folder,
        env=dict.fromkeys(names, "nonsense") | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "passed" in done.stdout) == (0, True), done.stdout

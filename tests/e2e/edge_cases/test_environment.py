# Needs conftest.py
"""The environment and the folder of the shell do not change the results of tests."""

import os
import sys

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


@pytest.mark.parametrize(
    ("folder", "arguments"),
    [
        (".", ["-p", "no:xdist", "tests/test_main.py"]),
        ("tests", ["-n", "1", "test_main.py"]),
        ("docs", ["-n", "0", "../tests/test_main.py"]),
    ],
)
async def test_tests_ignore_the_environment_and_the_folder(
    folder: str, arguments: list[str]
) -> None:
    names = [*LIBRARIES, *Settings.model_fields, *map(str.upper, Settings.model_fields)]

    done = await run_process(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=folder,
        env=dict.fromkeys(names, "nonsense") | os.environ,
        check=False,
    )

    assert (done.returncode, b"passed" in done.stdout) == (0, True), done.stderr

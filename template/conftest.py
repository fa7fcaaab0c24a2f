"""Keep the environment of the machine out of the tests; pytest imports this module first."""

import os
import re
from pathlib import Path

KEPT = re.compile(
    # servers that the tests may use
    r"TEST_\w+"
    # what Python, pytest, debuggers and coverage need
    r"|(PYTHON|PYTEST_|COV_|COVERAGE_|HYPOTHESIS_|PYDEVD_|PYCHARM_|DEBUGPY_)\w*|VIRTUAL_ENV|CI"
    # what programs need to start
    r"|PATH|HOME|USER|LOGNAME|SHELL|TERM|NO_COLOR|TMPDIR|TMP|TEMP|LANG|LC_\w+"
    r"|(DY)?LD_LIBRARY_PATH|SYSTEMROOT|USERPROFILE|APPDATA|LOCALAPPDATA|PATHEXT|COMSPEC"
)

for name in [name for name in os.environ if not KEPT.fullmatch(name)]:
    del os.environ[name]  # settings and libraries read the environment


def pytest_collection_finish() -> None:
    """Run all tests in the folder of the project, where its commands run.

    Paths on the command line are relative to the current folder, until all tests are found.
    """
    os.chdir(Path(__file__).parent)

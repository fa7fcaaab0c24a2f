"""Fixtures shared by every suite: the catalog and rendered projects."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from newapi.template.catalog import Catalog, Value
from newapi.template.engine import render
from newapi.template.sources import Source, open_source
from newapi.terminal import automation
from tests.matrix import CATALOG, ROOT

Render = Callable[[Mapping[str, Value]], Path]
KEPT = re.compile(
    # servers that the tests may use, and folders of their own processes
    r"(NEWAPI_)?TEST_\w+|NEWAPI_TEST_\w+"
    # what Python, pytest, debuggers and coverage need
    r"|(PYTHON|PYTEST_|COV_|COVERAGE_|HYPOTHESIS_|PYDEVD_|PYCHARM_|DEBUGPY_)\w*|VIRTUAL_ENV|CI"
    # what uv, git, docker, pip and npm need to reach an index and a daemon
    r"|(UV_|PIP_|GIT_|DOCKER_|NODE_|SSL_CERT_|XDG_)\w+|(?i:npm_config_\w+)|(?i:(http|https|all|no)_proxy)|REQUESTS_CA_BUNDLE"
    # what programs need to start
    r"|PATH|HOME|USER|LOGNAME|SHELL|TERM|NO_COLOR|TMPDIR|TMP|TEMP|LANG|LC_\w+"
    r"|(DY)?LD_LIBRARY_PATH|SYSTEMROOT|USERPROFILE|APPDATA|LOCALAPPDATA|PATHEXT|COMSPEC"
    r"|SYSTEMDRIVE|WINDIR|PROGRAMDATA|PROCESSOR_\w+|NUMBER_OF_PROCESSORS"  # of Windows
)

PROJECTS = ROOT / "tests/e2e"
GIT_CONFIG = """\
[user]
    name = Ada
    email = ada@example.org
[maintenance]
    auto = false
"""  # a second process after each commit would find nothing to clean up in small repositories


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run the tests on all cores, unless a debugger or `-n` needs something else.

    There is one process more than there are cores, because many tests wait: for the screens of a
    terminal, for servers, and for processes of the command.
    """
    debugged = not {"debugpy", "pydevd"}.isdisjoint(sys.modules)
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if not config.pluginmanager.has_plugin("xdist") or debugged or is_worker:
        return
    if config.option.numprocesses is None:
        cores: int = config.hook.pytest_xdist_auto_num_workers(config=config)
        config.option.numprocesses = cores + 1
        config.option.dist = "worksteal"


def pytest_configure() -> None:
    """Keep the environment of the machine and the folder of the shell out of the tests.

    They run as if a person ran them, although a coding agent or CI may do it. Hundreds of processes
    are started; without bytecode each would compile its modules again.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    for name in [name for name in os.environ if not KEPT.fullmatch(name)]:
        del os.environ[name]
    os.chdir(ROOT)
    while found := automation.detect(os.environ):
        if found.variable == "PATH":  # which has the folder of an agent's own programs
            folders = os.environ["PATH"].split(os.pathsep)
            os.environ["PATH"] = os.pathsep.join(f for f in folders if ".pi" not in Path(f).parts)
        else:
            del os.environ[found.variable]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each test belong to one run: that without `-m`, `-m slow` or `-m long`.

    Where several processes run the tests, those of whole projects are the first: at the end of the
    run one of them would keep a single process busy while the others have nothing left to do.

    Raises:
        pytest.UsageError: A test is marked slow and long.
    """
    marked = [item for item in items if item.get_closest_marker("slow")]
    if both := [item.nodeid for item in marked if item.get_closest_marker("long")]:
        raise pytest.UsageError(f"marked slow and long: {', '.join(both)}")
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: PROJECTS not in item.path.parents)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what Windows does not have."""
    if os.name == "nt" and item.get_closest_marker("posix"):
        pytest.skip("permissions, links, pipes, signals or scripts of POSIX")


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Return the questions of the checkout's template."""
    return CATALOG


@pytest.fixture(scope="session")
def copier_template_root() -> Path:
    """Tell pytest-copier where the template is."""
    return ROOT


@pytest.fixture(scope="session")
def copier_template_paths() -> list[str]:
    """Tell pytest-copier which files make the template."""
    return ["copier.yml", "features", "template"]


@pytest.fixture(scope="session")
def source() -> Iterator[Source]:
    """Open the template of the checkout."""
    with open_source(None) as opened:
        yield opened


@pytest.fixture(scope="session")
def render_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "renders"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def rendered(source: Source, render_cache: Path) -> Render:
    """Render a project once per run; tests that change files work on a copy."""

    def project(answers: Mapping[str, Value]) -> Path:
        key = hashlib.sha256(json.dumps(dict(answers), sort_keys=True).encode()).hexdigest()[:16]
        target = render_cache / key / "myproject"
        if not target.exists():
            staging = render_cache / f"{key}.{uuid4().hex}"
            render(source, answers, staging / "myproject")
            move_unless_present(staging, target.parent)
        return target

    return project


def move_unless_present(staging: Path, target: Path) -> None:
    """Publish a finished render, or leave the equal one of another worker in place."""
    try:
        staging.rename(target)
    except OSError:
        if not target.is_dir():
            raise


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the user an empty home and a git identity, and go to an empty folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".gitconfig").write_text(GIT_CONFIG)
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))  # on Windows
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("NO_COLOR", "FORCE_COLOR", "NEWAPI_TRACEBACK", "NEWAPI_PLAIN", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return folder

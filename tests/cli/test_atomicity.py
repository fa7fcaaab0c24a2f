"""`newapi create` either makes the whole project or leaves nothing, whatever happens to it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from newapi.terminal import external_tools
from tests import trees
from tests.marks import slow_after

CREATE = (sys.executable, "-m", "newapi", "create", "demo", "--defaults", "--no-lock")
KILLS = 40

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")


class Workshop:
    """A folder in which projects are created, with its own folder for temporary files."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "work"
        self.folder.mkdir(parents=True)
        self.temporary = root / "tmp"
        self.temporary.mkdir()

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in the folder."""
        return subprocess.Popen(
            command or CREATE,
            cwd=self.folder,
            # a run that may not write much would leave half a cache of byte code behind
            env={**os.environ, "TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str, str]:
        """Run a command to its end."""
        process = self.start(*command)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def files(self) -> dict[str, int]:
        """Return the files of the project and their modes."""
        return {name: mode for name, (mode, _) in trees.read(self.folder / "demo").items()}

    def is_clean(self) -> bool:
        """Whether nothing but a project is there, and the compiled templates that Jinja keeps."""
        names = {path.name for path in self.folder.iterdir()}
        left = {path.name for path in self.temporary.iterdir()}
        return names <= {"demo"} and all(name.startswith("_jinja2-cache-") for name in left)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Return an empty folder in which commands run."""
    return Workshop(tmp_path)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[str, int], float]:
    """Return the files of a complete project, and the time that creating it takes."""
    workshop = Workshop(tmp_path_factory.mktemp("complete"))
    started = time.monotonic()
    code, _, errors = workshop.run()
    assert code == 0, errors
    return workshop.files(), time.monotonic() - started


def assert_complete(workshop: Workshop, complete: Mapping[str, int]) -> None:
    """The project has all its files and everything is committed."""
    assert workshop.files() == complete
    assert external_tools.git("status", "--porcelain", cwd=workshop.folder / "demo") == ""


def moments(seconds: float, count: int, seed: int) -> list[float]:
    """Draw moments in the life of a run: most of them while it writes."""
    chance = random.Random(seed)
    return [seconds * chance.uniform(0.1, 1.1) for _ in range(count)]


@pytest.mark.long
def test_killed_run_leaves_the_target_absent_or_complete(
    tmp_path: Path, complete: tuple[Mapping[str, int], float]
) -> None:
    files, seconds = complete
    outcomes: dict[str, int] = {"absent": 0, "complete": 0}
    for number, moment in enumerate(moments(seconds, KILLS, seed=1)):
        workshop = Workshop(tmp_path / str(number))
        process = workshop.start()
        time.sleep(moment)
        process.kill()
        process.communicate()

        if (workshop.folder / "demo").exists():
            assert_complete(workshop, files)
            outcomes["complete"] += 1
        else:
            outcomes["absent"] += 1
        remains = [path for path in workshop.folder.iterdir() if path.name != "demo"]
        assert len(remains) <= 1
        assert all(path.name.startswith(".demo.newapi-") for path in remains)
        shutil.rmtree(tmp_path / str(number), ignore_errors=True)  # its git may live on
    assert outcomes["absent"] > 0


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, marks=pytest.mark.long),
    ],
)
def test_interrupted_run_leaves_nothing(
    tmp_path: Path, complete: tuple[Mapping[str, int], float], number: signal.Signals
) -> None:
    files, seconds = complete
    for attempt, moment in enumerate(moments(seconds, 6, seed=number)):
        workshop = Workshop(tmp_path / str(attempt))
        process = workshop.start()
        time.sleep(moment)
        process.send_signal(number)
        _, errors = process.communicate()

        assert workshop.is_clean()
        if (workshop.folder / "demo").exists():
            assert_complete(workshop, files)
        else:
            assert process.returncode in {130, -number}, errors


@pytest.mark.slow
def test_one_of_eight_concurrent_runs_wins(
    workshop: Workshop, complete: tuple[Mapping[str, int], float]
) -> None:
    processes = [workshop.start() for _ in range(8)]
    errors = [process.communicate(timeout=120)[1] for process in processes]

    assert sorted(process.returncode for process in processes) == [0] + [2] * 7, errors
    assert workshop.is_clean()
    assert_complete(workshop, complete[0])


def test_file_size_limit_leaves_nothing(workshop: Workshop) -> None:
    code, _, errors = workshop.run("sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *CREATE)

    assert code == 1
    assert "larger than the system allows" in errors
    assert "Traceback" not in errors
    assert workshop.is_clean()
    assert not (workshop.folder / "demo").exists()


@pytest.mark.slow
def test_too_few_open_files_leave_nothing_half_done(workshop: Workshop) -> None:
    code, _, errors = workshop.run("sh", "-c", 'ulimit -n 10; exec "$@"', "sh", *CREATE)

    assert code in {0, 1}
    assert "Traceback" not in errors
    assert workshop.is_clean()
    assert (workshop.folder / "demo").exists() == (code == 0)


def mounted(workshop: Workshop, options: str, prepare: str = ":") -> tuple[int, str, list[str]]:
    """Create a project in a small file system of its own; skip where that is not permitted."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare here")
    script = (
        f"mount -t tmpfs -o {options} tmpfs . && cd . && {prepare} || exit 99\n"
        'cd "$PWD"; "$@" 2>&1; code=$?; echo "=== $code"; ls -A; exit 0'
    )
    code, output, errors = workshop.run(unshare, "--mount", "sh", "-c", script, "sh", *CREATE)
    if code != 0:
        pytest.skip(f"mounting is not permitted: {errors.strip()}")
    message, _, rest = output.rpartition("=== ")
    exit_code, *left = rest.split()
    return int(exit_code), message, left


@pytest.mark.parametrize("size", slow_after(1, ["64k", "16k", "160k"]))
def test_full_disk_leaves_nothing(workshop: Workshop, size: str) -> None:
    code, message, left = mounted(workshop, f"size={size}")

    assert code == 1
    assert "not enough space" in message
    assert "Traceback" not in message
    assert left == []


def test_read_only_folder_is_explained(workshop: Workshop) -> None:
    if os.geteuid() == 0:
        code, message, left = mounted(workshop, "size=1m", "mount -o remount,ro tmpfs .")
    else:
        workshop.folder.chmod(0o500)
        code, output, errors = workshop.run()
        message = output + errors
        workshop.folder.chmod(0o700)
        left = [path.name for path in workshop.folder.iterdir()]

    assert code == 1
    assert "cannot be written" in message or "read-only" in message
    assert "Traceback" not in message
    assert left == []


def test_dry_run_leaves_nothing(workshop: Workshop) -> None:
    code, output, _ = workshop.run(*CREATE, "--dry-run")

    assert code == 0
    assert "README.md" in output
    assert workshop.is_clean()
    assert not (workshop.folder / "demo").exists()


def test_existing_project_is_left_alone(workshop: Workshop) -> None:
    trees.write(workshop.folder / "demo", {"mine": "mine"})
    before = trees.read(workshop.folder)

    code, _, errors = workshop.run()

    assert code == 2
    assert "not empty" in errors
    assert trees.read(workshop.folder) == before
    assert workshop.is_clean()

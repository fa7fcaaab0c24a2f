"""Run whole commands side by side, and print how they compare."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROUNDS = 9

# Byte code is compiled once and kept, as on a user's machine; colours and progress are off.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
} | {"NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}


@dataclass
class Contestant:
    """A command, what to do before each run of it, and what its runs took."""

    command: Sequence[str | Path]
    prepare: Callable[[], object] = lambda: None
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, cwd: Path) -> tuple[float, float]:
        """Run once; return seconds on the clock and on the processor, children included."""
        self.prepare()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        done = subprocess.run(
            self.command,
            cwd=cwd,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, self.command))} failed:\n{done.stderr.decode()}")
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(contestants: Mapping[str, Contestant], cwd: Path, rounds: int = ROUNDS) -> None:
    """Run everything in turns, the first time unmeasured, and print a table.

    The ratios are of medians, against the first contestant.
    """
    for number in range(rounds + 1):
        for contestant in contestants.values():
            wall, cpu = contestant.run(cwd)
            if number:
                contestant.wall.append(wall)
                contestant.cpu.append(cpu)
    base = next(iter(contestants.values()))
    print(f"{rounds} rounds on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; seconds\n")
    print(f"| {'command':34} | wall: median [min..max] | ratio | cpu: median | ratio |")
    print(f"| {'-' * 34} | {'-' * 23} | ----- | ----------- | ----- |")
    for name, contestant in contestants.items():
        wall, cpu = statistics.median(contestant.wall), statistics.median(contestant.cpu)
        spread = f"{wall:.3f} [{min(contestant.wall):.3f}..{max(contestant.wall):.3f}]"
        print(
            f"| {name:34} | {spread:23} | {wall / statistics.median(base.wall):5.2f}"
            f" | {cpu:11.3f} | {cpu / statistics.median(base.cpu):5.2f} |"
        )


def script(name: str) -> Path:
    """Return a command that is installed beside this Python."""
    return Path(sys.executable).with_name(name)

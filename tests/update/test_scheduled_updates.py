"""The scheduled jobs that propose updates, step by step, against a bare repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from newapi.terminal import external_tools
from tests import trees
from tests.conftest import Render
from tests.matrix import PRESETS, ROOT
from tests.update.project import Project

pytestmark = [pytest.mark.posix, pytest.mark.slow]

BRANCH = "newapi/update"
WORKFLOW = ROOT / "template/.github/workflows/template-update.yml"
UVX = """\
#!/bin/sh
[ "$1 $2 $3" = "--exclude-newer 7 days newapi-cli" ] || exit 64
shift 3
exec {python} -m tests.update.child "$@"
"""
GH = '''\
#!{python}
"""Stands for the command of GitHub: keeps one pull request in a file."""
import json, pathlib, sys
store = pathlib.Path({store!r})
state = json.loads(store.read_text()) if store.exists() else {{}}
words = sys.argv[1:]
options = {{word: words[at + 1] for at, word in enumerate(words[:-1]) if word.startswith("--")}}
if words[:2] == ["pr", "list"]:
    print(state.get("number", ""))
elif words[:2] in (["pr", "create"], ["pr", "edit"]):
    assert state.get("number") is None or words[1] == "edit", words
    body = pathlib.Path(options["--body-file"]).read_text()
    state |= {{"number": 7, "title": options["--title"], "body": body}}
    state["calls"] = [*state.get("calls", ()), words[1]]
elif words[:2] == ["pr", "ready"]:
    state["draft"] = "--undo" in words
elif words != ["auth", "setup-git"]:
    sys.exit(f"unexpected: {{words}}")
store.write_text(json.dumps(state))
'''


class Platform:
    """A bare repository, and stand-ins for the programs that the jobs call."""

    def __init__(self, folder: Path, project: Project, releases: Path) -> None:
        self.folder = folder
        self.project = project
        self.bare = folder / "origin.git"
        self.requests = folder / "request.json"
        external_tools.git(
            "clone", "--quiet", "--bare", str(project.path), str(self.bare), cwd=folder
        )
        project.git("remote", "add", "origin", str(self.bare))
        external_tools.git("config", "receive.advertisePushOptions", "true", cwd=self.bare)
        programs = folder / "bin"
        uvx = UVX.format(python=sys.executable)
        gh = GH.format(python=sys.executable, store=str(self.requests))
        hook = f"#!/bin/sh\nenv | grep '^GIT_PUSH_OPTION_' | sort > {folder}/options || true\n"
        trees.write(folder, {"bin/uvx": uvx, "bin/gh": gh, "origin.git/hooks/post-receive": hook})
        for path in (programs / "uvx", programs / "gh", self.bare / "hooks/post-receive"):
            path.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            "NEWAPI_TEST_RELEASES": str(releases),
            "RUNNER_TEMP": str(folder),
        }

    def clone(self) -> Path:
        """Check out the default branch, as a runner does."""
        number = len([*self.folder.glob("runner*")])
        path = self.folder / f"runner{number}" / "demo"
        path.parent.mkdir()
        external_tools.git("clone", "--quiet", str(self.bare), str(path), cwd=self.folder)
        return path

    def run(self, script: str, cwd: Path, variables: Mapping[str, str]) -> None:
        """Run one script with the shell of the platform."""
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=cwd,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (script, done.stdout.decode(), done.stderr.decode())

    @property
    def request(self) -> Any:
        """Return the pull request; nothing if there is none."""
        found = json.loads(self.requests.read_text()) if self.requests.exists() else {}
        return found if "number" in found else None

    def git(self, *words: str) -> str:
        """Run git in the bare repository."""
        return external_tools.git(*words, cwd=self.bare)


def on_github(platform: Platform, *names: str) -> None:
    """Run the steps of these jobs of the workflow; usually of all."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    output = platform.folder / "output"
    output.write_text("")
    for job in [workflow["jobs"][name] for name in names or workflow["jobs"]]:
        path = platform.clone()
        for step in job["steps"]:
            known = dict(line.split("=", 1) for line in output.read_text().splitlines())
            given = {"GITHUB_OUTPUT": str(output)}
            given |= {"BRANCH": job["env"]["BRANCH"]} if "env" in job else {}
            given |= {"STATUS": known["status"]} if "env" in step else {}
            if "run" in step:
                platform.run(step["run"], path, given)


def on_gitlab(platform: Platform, rendered: Render) -> None:
    """Run the script of the job."""
    project = rendered({**PRESETS["standard"], "ci": "gitlab"})
    pipeline = yaml.safe_load((project / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    person = {"GITLAB_USER_NAME": "Ada", "GITLAB_USER_EMAIL": "ada@example.org"}
    script = "\n".join(pipeline["template-update"]["script"])
    platform.run(script, platform.clone(), {**person, "CI_DEFAULT_BRANCH": "main"})


@pytest.fixture
def platform(tmp_path: Path, project: Project, frozen: Path) -> Platform:
    """Return a platform that hosts the project."""
    folder = tmp_path / "platform"
    folder.mkdir()
    return Platform(folder, project, frozen)


def test_workflow_opens_one_pull_request_and_refreshes_it(platform: Platform) -> None:
    on_github(platform)
    first = platform.git("rev-parse", BRANCH)
    platform.project.write("app/own.py", "own = 1\n")
    platform.project.commit()
    platform.project.git("push", "--quiet", "origin", "main")
    on_github(platform)

    assert platform.request["calls"] == ["create", "edit"]
    assert platform.request["title"] == "Update the template to v0.3.0"
    assert "The checks of the project, before and after" in platform.request["body"]
    assert not platform.request["draft"]
    assert platform.git("rev-parse", BRANCH) != first
    assert platform.git("rev-parse", f"{BRANCH}^") == platform.git("rev-parse", "main")
    assert "m = 'third'" in platform.git("show", f"{BRANCH}:app/main.py")


def test_workflow_opens_a_draft_where_there_are_conflicts(platform: Platform) -> None:
    platform.project.replace("app/main.py", "m = 7", "m = 'mine'")
    platform.project.commit()
    platform.project.git("push", "--quiet", "origin", "main")

    on_github(platform)

    assert platform.request["draft"]
    assert "`app/main.py`" in platform.request["body"]
    assert "m = 'mine'" in platform.git("show", f"{BRANCH}:app/main.py")


def test_workflow_leaves_a_branch_with_commits_of_somebody_else(platform: Platform) -> None:
    on_github(platform)
    platform.project.git("fetch", "--quiet", "origin", BRANCH)
    platform.project.git("switch", "--quiet", "--create", "mine", "FETCH_HEAD")
    platform.project.write("app/own.py", "own = 1\n")
    platform.project.commit()
    platform.project.git("push", "--quiet", "origin", f"mine:{BRANCH}")
    before = platform.git("rev-parse", BRANCH)

    on_github(platform)

    assert platform.git("rev-parse", BRANCH) == before
    assert platform.request["calls"] == ["create"]


def test_workflow_opens_nothing_for_the_newest_release(platform: Platform) -> None:
    platform.project.update()
    platform.project.commit()
    platform.project.git("push", "--quiet", "origin", "main")

    on_github(platform)

    assert platform.request is None
    assert BRANCH not in platform.git("branch", "--list")


def test_workflow_changes_no_workflow() -> None:
    """GitHub rejects a push with changed workflows by the token of a workflow."""
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]

    runs = [step.get("run", "") for step in jobs["update"]["steps"]]
    commands = [run for run in runs if "fleet update" in run]

    assert len(commands) == 1
    assert '--leave-out ".github/workflows/*"' in commands[0]


def test_workflow_has_no_secret_and_the_fewest_permissions() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)

    assert "secrets." not in text
    assert workflow["permissions"] == {}
    jobs = workflow["jobs"]
    assert jobs["verify"]["permissions"] == {"contents": "read"}
    assert "env" not in jobs["verify"]
    assert jobs["update"]["permissions"] == {"contents": "write", "pull-requests": "write"}
    for used in re.findall(r"uses: (.+)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", used)


def test_code_of_the_project_runs_only_where_the_token_can_read() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]

    verifying = {
        name
        for name, job in jobs.items()
        if any("newapi-cli update" in s.get("run", "") for s in job["steps"])
    }

    assert verifying == {"verify"}


def test_workflow_proposes_also_where_the_checks_could_not_run(platform: Platform) -> None:
    uvx = platform.folder / "bin/uvx"
    refusing = '[ "$4" = update ] && { echo "{}"; exit 1; }\nshift 3\n'
    uvx.write_text(uvx.read_text().replace("shift 3\n", refusing))

    with pytest.raises(AssertionError, match="--verify"):
        on_github(platform)
    (platform.folder / "report.json").unlink()  # which is on the other machine
    on_github(platform, "update")

    assert platform.request["calls"] == ["create"]


def test_gitlab_opens_a_merge_request_with_the_push(platform: Platform, rendered: Render) -> None:
    platform.project.replace("app/main.py", "m = 7", "m = 'mine'")
    platform.project.commit()
    platform.project.git("push", "--quiet", "origin", "main")

    on_gitlab(platform, rendered)

    lines = (platform.folder / "options").read_text().splitlines()
    options = [line.partition("=")[2] for line in lines if "_COUNT=" not in line]
    assert "merge_request.create" in options
    assert "merge_request.target=main" in options
    assert "merge_request.title=Update the template to v0.3.0" in options
    assert "merge_request.draft" in options
    assert any(option.startswith("merge_request.description=newapi") for option in options)
    assert platform.git("log", "-1", "--format=%an", BRANCH).strip() == "Ada"


def test_gitlab_does_nothing_for_the_newest_release(platform: Platform, rendered: Render) -> None:
    platform.project.update()
    platform.project.commit()
    platform.project.git("push", "--quiet", "origin", "main")
    (platform.folder / "options").unlink()

    on_gitlab(platform, rendered)

    assert not (platform.folder / "options").exists()
    assert BRANCH not in platform.git("branch", "--list")

"""Whole folders as values, and small templates: what several suites need."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from newapi.releases import snapshot
from newapi.terminal import external_tools

FILES: Mapping[str, str] = {
    "copier.yml": """\
_subdirectory: template
_answers_file: .copier-answers.yml
_envops:
  block_start_string: "# {%"
  block_end_string: "%}"
  trim_blocks: true
  undefined: jinja2.StrictUndefined
project_name:
  type: str
  default: myproject
---
!include features/docker.yml
""",
    "features/docker.yml": """\
docker:
  type: bool
  default: false
_exclude:
  - |
    # {% if not docker %}
    /Dockerfile
    # {% endif %}
""",
    "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "template/README.md.jinja": "# {{ project_name }}\n",
    "template/Dockerfile": "FROM scratch\n",
    "template/app/main.py": "app = None\n",
}


def write(root: Path, files: Mapping[str, str | bytes] = FILES) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def commit(root: Path, tag: str = "") -> Path:
    """Commit everything in a folder, as a repository of its own."""
    if not (root / ".git").exists():
        external_tools.git("init", "--quiet", "--initial-branch=main", cwd=root)
    author = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    external_tools.git("add", "--all", cwd=root)
    external_tools.git(*author, "commit", "--quiet", "--allow-empty", "-m", "Change", cwd=root)
    if tag:
        external_tools.git("tag", tag, cwd=root)
    return root


def repository(root: Path, tag: str) -> Path:
    """Make a git repository of this checkout's template, committed and tagged."""
    checkout = Path(__file__).resolve().parents[1]
    for name, file in snapshot.read(checkout).items():
        write(root, {name: file.content})
        (root / name).chmod(0o755 if file.executable else 0o644)
    return commit(root, tag)


def read(root: Path) -> dict[str, tuple[int, bytes | str]]:
    """Return the mode and content of everything below a folder; of links, where they point."""
    return {
        path.relative_to(root).as_posix(): (
            stat.S_IMODE(path.lstat().st_mode),
            str(path.readlink())
            if path.is_symlink()
            else path.read_bytes()
            if path.is_file()
            else "folder",
        )
        for path in root.rglob("*")
        if ".git" not in path.relative_to(root).parts
    }

"""A small template that has every kind of question, feature and requirement."""

from __future__ import annotations

from pathlib import Path

from newapi.template.catalog import Catalog, load

COPIER = """\
_subdirectory: template
_answers_file: .copier-answers.yml
_templates_suffix: .jinja
_envops:
  block_start_string: "# {%"
  block_end_string: "%}"
  trim_blocks: true
  lstrip_blocks: true
  keep_trailing_newline: true
_newapi:
  groups: [Project, Data, Security, API, Delivery]
  presets:
    minimal: Nothing
    standard: The usual
    full: Everything
  default_preset: standard
  questions:
    database:
      group: Data
      presets: {minimal: sqlite, standard: sqlite, full: postgres}

project_name: {type: str, default: myproject, help: Name}
project_title: {type: str, default: "{{ project_name }}", help: Title}
description: {type: str, default: A service, help: What it is for}
author_name: {type: str, default: "", help: Your name}
author_email: {type: str, default: "", help: Your address}
database: {type: str, choices: [sqlite, postgres, mysql], default: sqlite, help: The data}
---
!include features/auth.yml
---
!include features/items.yml
---
!include features/oauth.yml
---
!include features/sharing.yml
---
!include features/jobs.yml
---
!include features/docker.yml
---
!include features/ci.yml
---
project_slug: {type: str, when: false, default: "{{ project_name | lower }}"}
"""

FEATURE = """\
{name}:
  type: bool
  default: {default}
  help: About {name}
_newapi:
  title: The {name}
  group: {group}
  requires: {requires}
  presets: {{minimal: false, standard: {standard}, full: true}}
_exclude:
  - |
    # {{% if not {name} %}}
    /{name}.txt
    # {{% endif %}}
"""

CHOICE = """\
{name}:
  type: str
  choices: {choices}
  default: none
  help: About {name}
_newapi:
  title: The {name}
  group: Delivery
  presets: {{minimal: none, standard: {standard}, full: {standard}}}
"""

FEATURES = {
    "auth": ("Security", "[]", "true", "true"),
    "items": ("API", "[auth]", "true", '"{{ auth }}"'),
    "oauth": ("Security", "[auth]", "false", "false"),
    "sharing": ("API", "[items]", "false", "false"),
    "docker": ("Delivery", "[]", "true", "true"),
}
CHOICES = {
    "jobs": ("[none, background, celery]", "celery"),
    "ci": ("[none, github, gitlab]", "github"),
}
FILES = {
    "pyproject.toml.jinja": (
        '[project]\nname = "{{ project_slug }}"\ndescription = {{ description | tojson }}\n'
        'dependencies = [\n    "fastapi-slim>=1",\n]\n'
    ),
    "README.md.jinja": "# {{ project_title }}\n\n{{ description }}\n",
    "app/main.py": "app = None\n",
    ".env.example": "PROJECT_NAME=demo\nSECRET_KEY=change-me\n",
    ".gitignore": ".env\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    **{f"{name}.txt": f"{name}\n" for name in FEATURES},
}


def write(root: Path) -> Path:
    """Write the template into a folder."""
    (root / "features").mkdir(parents=True)
    (root / "copier.yml").write_text(COPIER)
    for name, (group, requires, standard, default) in FEATURES.items():
        text = FEATURE.format(
            name=name, group=group, requires=requires, standard=standard, default=default
        )
        (root / f"features/{name}.yml").write_text(text)
    for name, (choices, standard) in CHOICES.items():
        text = CHOICE.format(name=name, choices=choices, standard=standard)
        (root / f"features/{name}.yml").write_text(text)
    for path, text in FILES.items():
        target = root / "template" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root


def catalog(root: Path) -> Catalog:
    """Return the catalog of the template, written into a folder."""
    return load(write(root))

"""A small template that makes resources from its second release on; better ones from the third."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.update.releases import COPIER, FEATURE, numbered, revision, write

ENVOPS = COPIER[COPIER.index("_envops:") : COPIER.index("_newapi:")]
MODELS = '''\
"""All tables."""

from app.models.base import Base
# {% if auth %}
from app.models.user import User
# {% endif %}

__all__ = [
    "Base",
    # {% if auth %}
    "User",
    # {% endif %}
]
'''
API = '''\
"""Version 1."""

from fastapi import APIRouter

router = APIRouter()
# {% if auth %}
router.include_router(auth)
# {% endif %}
'''
VIEWS = '"""The admin."""\n\nVIEWS = [\n    UserView,\n]\n'
GENERATOR = f"""\
_subdirectory: "{{{{ 'revision' if revision else 'files' }}}}"
_templates_suffix: .jinja
{ENVOPS}\
_exclude:
  - |
    # {{% if not project.admin %}}
    /app/admin
    # {{% endif %}}

definition: {{type: json, default: "{{}}"}}
definitions: {{type: json, default: "{{}}"}}
project: {{type: json, default: "{{}}"}}
revision: {{type: json, default: "null"}}
"""
MODEL = """\
from app.models.base import Base
from uuid import UUID
class {{ definition.class_name }}(Base):
    # {% for field in definition.fields %}
    {{ field.column }}: {{ "UUID" if field.type == "ref" else "str" }}   # {{ field.target_label }}
    # {% endfor %}
"""
ENDPOINTS = "router = APIRouter( prefix='/{{ definition.plural }}' )\n" + numbered("e")
VIEW = "class {{ definition.class_name }}View(View): pass\n"
FACTORY = """\
# {% for field in definition.fields if field.target %}
{{ field.target }} = {{ definitions[field.target].fields | map(attribute="name") | list }}
# {% endfor %}
"""
WIRING = """\
# {% set name, plural, class = definition.name, definition.plural, definition.class_name %}
# {% set model = "from app.models.%s import %s" % (name, class) %}
# {% set router = "from app.endpoints.%s import router as %s" % (plural, plural) %}
- {file: app/models/__init__.py, kind: import, line: "{{ model }}"}
- {file: app/models/__init__.py, kind: entry, line: '"{{ class }}"', list: __all__}
- {file: app/api.py, kind: import, line: "{{ router }}"}
- {file: app/api.py, kind: call, line: "router.include_router({{ plural }})"}
# {% if project.admin %}
- {file: app/admin/views.py, kind: import, line: "from app.admin.{{ name }} import {{ class }}View"}
- {file: app/admin/views.py, kind: entry, line: "{{ class }}View", list: VIEWS}
# {% endif %}
"""
WITHOUT = """\
    # {% endif %}
    # {% if not definition.fields | selectattr("target") | list %}
    /app/references.py
    # {% endif %}
"""
REFERENCES_LAYER = """\
# {% if definition.fields | selectattr("target") | list %}
- {file: pyproject.toml, kind: layer, line: '"app.references"', before: '"app.models"'}
# {% endif %}
"""
LAYERS = """\
[tool.layers]
layers = [
    "app.api",
    "app.models",
]
"""
CHANGE = '''\
"""{{ revision.message }}.

Revision ID: {{ revision.id }}
Revises: {{ revision.down or "" }}
"""

revision: str = "{{ revision.id }}"
down_revision: str | None = {{ '"%s"' % revision.down if revision.down else None }}


def upgrade() -> None:
    """{{ revision.operations | map(attribute="op") | join(" ") }}."""


def downgrade() -> None:
    """Take this revision back."""
'''


def first() -> dict[str, str]:
    """Return v0.1.0, which cannot make resources."""
    return {
        "copier.yml": COPIER
        + "".join(f"!include features/{name}.yml\n---\n" for name in ("auth", "tables", "admin"))
        + "has_tables: {type: bool, when: false, default: '{{ auth or tables }}'}\n",
        "features/auth.yml": _feature("auth", "alembic/versions/0001_users.py"),
        "features/tables.yml": _feature("tables", "app/tables.py"),
        "features/admin.yml": _feature("admin", "app/admin", requires="auth"),
        "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        "template/app/__init__.py": "",
        "template/app/models/__init__.py.jinja": MODELS,
        "template/app/api.py.jinja": API,
        "template/app/main.py": numbered("m"),
        "template/app/tables.py": numbered("t"),
        "template/app/admin/views.py": VIEWS,
        "template/alembic/versions/.gitkeep": "",
        "template/alembic/versions/0001_users.py": revision("0001_users", "users", None),
    }


def second() -> dict[str, str]:
    """Return v0.2.0, which can."""
    root = "generators/resource"
    return first() | {
        f"{root}/copier.yml": GENERATOR,
        f"{root}/wiring.yml.jinja": WIRING,
        f"{root}/files/app/models/{{{{ definition.name }}}}.py.jinja": MODEL,
        f"{root}/files/app/endpoints/{{{{ definition.plural }}}}.py.jinja": ENDPOINTS,
        f"{root}/files/app/admin/{{{{ definition.name }}}}.py.jinja": VIEW,
        f"{root}/files/tests/factories/{{{{ definition.name }}}}.py.jinja": FACTORY,
        f"{root}/revision/alembic/versions/{{{{ revision.id }}}}.py.jinja": CHANGE,
    }


def third() -> dict[str, str]:
    """Return v0.3.0: better code, another line of wiring, and a module that resources share."""
    files = second()
    root = "generators/resource"
    endpoints = f"{root}/files/app/endpoints/{{{{ definition.plural }}}}.py.jinja"
    files[endpoints] = files[endpoints].replace("e = 7", "e = 'better'")
    line = '- {file: app/main.py, kind: import, line: "{{ model }}"}\n'
    files[f"{root}/wiring.yml.jinja"] += line + REFERENCES_LAYER
    files[f"{root}/copier.yml"] = files[f"{root}/copier.yml"].replace(
        "    # {% endif %}\n", WITHOUT
    )
    files[f"{root}/files/app/references.py"] = numbered("r")
    files["template/pyproject.toml"] = LAYERS
    files["template/app/main.py"] = numbered("m", {3: "m = 'third'"})
    files["template/app/api.py.jinja"] = API.replace(
        "# {% if", "router.include_router(health)\n# {% if"
    )
    return files


RELEASES: Mapping[str, Callable[[], dict[str, str]]] = {
    "v0.1.0": first,
    "v0.2.0": second,
    "v0.3.0": third,
}


def freeze(folder: Path) -> Path:
    """Write the releases into a folder, as newapi keeps them."""
    for version, make in RELEASES.items():
        write(folder, version, make())
    return folder


def _feature(name: str, *paths: str, requires: str = "") -> str:
    lines = "\n".join(f"    /{path}" for path in paths)
    return FEATURE.format(name=name, default="false", requires=requires, paths=lines)

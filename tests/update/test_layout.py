"""Updates follow the layout that the owner of a project has chosen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from newapi.project.tree import Entry
from newapi.releases import store
from newapi.update import planning
from newapi.update.module_names import Names
from tests.runs import writing_no_bytecode
from tests.update import releases
from tests.update.project import Project
from tests.update.releases import revision

RENDER = planning.render

INI = "[alembic]\nscript_location = %(here)s/{0}\npath_separator = os\n"


def create_from(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: dict[str, str | bytes],
    new: dict[str, str | bytes],
) -> None:
    """Create the project again from the first of two releases of a template of its own."""
    releases.write(tmp_path / "own-releases", "v0.1.0", old)
    releases.write(tmp_path / "own-releases", "v0.4.0", new)
    monkeypatch.setattr(store, "FOLDER", tmp_path / "own-releases")
    monkeypatch.setattr(planning, "render", RENDER)
    shutil.rmtree(project.path)
    project.path.mkdir()
    project.create("auth=true")


def script(project: Project, ini: str = "alembic.ini") -> ScriptDirectory:
    """Read the revisions as Alembic itself does."""
    return ScriptDirectory.from_config(Config(os.fspath(project.path / ini)))


def configured(project: Project, text: str) -> Project:
    project.write("alembic.ini", text)
    project.write("alembic/env.py", "")
    project.write("alembic/script.py.mako", "")
    project.commit()
    return project


def is_one_chain(project: Project, count: int) -> bool:
    found = script(project)
    with writing_no_bytecode():  # the project does not ignore it
        every = [*found.walk_revisions()]
    bases = found.get_bases()
    return len(found.get_heads()) == 1 and len(bases) == 1 and len(every) == count


def test_renamed_folder_of_alembic_is_followed(project: Project) -> None:
    configured(project, INI.format("alembic"))
    project.git("mv", "alembic", "migrations")
    project.write("alembic.ini", INI.format("migrations"))
    project.commit()

    result = project.update()

    assert result.code == 0
    assert result.document["migrations"] == ["migrations/versions/0004_audit.py"]
    assert is_one_chain(project, 3)
    assert not (project.path / "alembic").exists()


def test_folder_by_year_is_followed(project: Project) -> None:
    text = INI.format("alembic") + "recursive_version_locations = true\n"
    configured(project, text)
    (project.path / "alembic/versions/2026").mkdir()
    for name in ("0001_users", "0002_items", "0003_tags"):
        path = f"alembic/versions/{name}.py"
        if (project.path / path).exists():
            project.git("mv", path, f"alembic/versions/2026/{name}.py")
    project.commit()

    result = project.update()

    assert result.document["migrations"] == ["alembic/versions/2026/0004_audit.py"]
    assert len(script(project).get_heads()) == 1
    assert len(script(project).get_bases()) == 1


@pytest.mark.parametrize("is_toml", [True, False])
def test_version_locations_are_followed(project: Project, *, is_toml: bool) -> None:
    configured(project, INI.format("alembic"))
    project.git("mv", "alembic/versions", "revisions")
    if is_toml:
        project.write("alembic.ini", "[alembic]\n")
        project.write("pyproject.toml", project.read("pyproject.toml") + (
            '\n[tool.alembic]\nscript_location = "%(here)s/alembic"\n'
            'version_locations = ["%(here)s/revisions", "%(here)s/more"]\n'))  # fmt: skip
    else:
        project.write("alembic.ini", INI.format("alembic") + (
            f"version_locations = %(here)s/revisions{os.pathsep}%(here)s/more\n"))  # fmt: skip
    project.commit()

    result = project.update()

    assert result.document["migrations"] == ["revisions/0004_audit.py"]
    text = project.read("revisions/0004_audit.py")
    assert 'down_revision: str | None = "0002_items"' in text


def test_revision_goes_to_those_of_the_template(project: Project) -> None:
    folders = f"%(here)s/alembic/versions{os.pathsep}%(here)s/app/billing"
    configured(project, INI.format("alembic") + f"version_locations = {folders}\n")
    project.write("app/billing/bills.py", revision("bills", "bills", None))
    project.replace("app/billing/bills.py", "= None", '= "0002_items"')
    project.commit()

    result = project.update()

    assert result.code == 0, result.err
    assert result.document["migrations"] == ["alembic/versions/0004_audit.py"]
    assert 'down_revision: str | None = "bills"' in project.read("alembic/versions/0004_audit.py")
    assert is_one_chain(project, 4)


@pytest.mark.parametrize("folder", ["alembic", "alembic/versions"])
def test_folder_of_revisions_behind_a_link(project: Project, folder: str) -> None:
    configured(project, INI.format("alembic"))
    (project.path / "lib").mkdir()
    project.git("mv", folder, "lib/place")
    (project.path / folder).symlink_to("lib/place" if folder == "alembic" else "../lib/place")
    project.commit()

    result = project.update()

    assert result.code == 0
    (path,) = result.document["migrations"]
    assert path.startswith("lib/place")
    assert is_one_chain(project, 3)


def test_moved_folder_is_found_where_the_configuration_is_wrong(project: Project) -> None:
    configured(project, INI.format("alembic"))
    project.git("mv", "alembic", "migrations")
    project.commit()

    assert project.update().document["migrations"] == ["migrations/versions/0004_audit.py"]


def test_folder_is_found_without_a_configuration(project: Project) -> None:
    project.git("mv", "alembic/versions/0001_users.py", "alembic/versions/first.py")
    project.commit()

    assert project.update().document["migrations"] == ["alembic/versions/0004_audit.py"]


def test_taken_id_does_not_silence_a_revision(project: Project) -> None:
    text = revision("0004_audit", "mine", None).replace("= None", '= "0002_items"')
    project.write("alembic/versions/0004_audit.py", text)
    configured(project, INI.format("alembic"))

    result = project.update()

    (path,) = result.document["migrations"]
    assert "create table audit" in project.read(path)
    assert project.read("alembic/versions/0004_audit.py") == text
    assert is_one_chain(project, 4)
    assert any("0004_audit" in warning for warning in result.document["warnings"])
    project.commit()
    assert project.update().document["up_to_date"]


def test_feature_with_a_taken_id_can_be_removed(project: Project) -> None:
    text = revision("0003_tags", "mine", None).replace("= None", '= "0002_items"')
    project.write("alembic/versions/mine.py", text)
    configured(project, INI.format("alembic"))
    assert project.run("add", "tags", "--project", str(project.path)).code == 0
    project.commit()
    assert is_one_chain(project, 4)

    result = project.run("remove", "tags", "--project", str(project.path), "--json")

    (path,) = result.document["migrations"]
    assert "drop table tags" in project.read(path).split("def downgrade")[0]
    assert is_one_chain(project, 5)


def everything_below(folder: Path) -> dict[str, bytes]:
    return {f"{p.relative_to(folder)}": p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("folder", ["app", "docs", "alembic/versions"])
@pytest.mark.parametrize("command", ["update", "remove"])
def test_nothing_is_written_through_a_link_that_leaves(
    project: Project, folder: str, command: str
) -> None:
    outside = project.path.parent / "shared"
    inside = project.path / folder
    inside.mkdir(exist_ok=True)
    inside.rename(outside)
    inside.symlink_to(outside)
    project.commit()
    before = everything_below(outside)

    if command == "update":
        result = project.update()
    else:
        result = project.run("remove", "items", "--project", str(project.path), "--json")

    assert everything_below(outside) == before
    assert inside.is_symlink()
    assert result.code in {0, 1, 3}
    assert bool([*project.path.rglob("*.template-new")]) == (result.code == 3)
    if command == "update" or folder == "app":
        assert "link" in result.err + result.out


@pytest.mark.parametrize("folder", ["app", "docs"])
def test_link_inside_is_followed_and_staged_there(project: Project, folder: str) -> None:
    inside = project.path / folder
    inside.mkdir(exist_ok=True)
    (inside / "mine.txt").write_text("mine\n")
    (project.path / "lib").mkdir()
    inside.rename(project.path / "lib" / folder)
    inside.symlink_to(f"lib/{folder}")
    project.commit()

    result = project.update()

    assert result.code == 0
    new = {"app": "lib/app/support.py", "docs": "lib/docs/guide.md"}[folder]
    assert (project.path / new).is_file()
    assert inside.is_symlink()
    assert new in project.git("diff", "--cached", "--name-only")
    assert project.git("diff", "--name-only") == ""
    assert project.git("ls-files", "--others", "--exclude-standard") == ""
    project.commit()
    assert project.update().document["up_to_date"]


def test_link_to_a_file_inside_is_followed(project: Project) -> None:
    (project.path / "config").mkdir()
    project.git("mv", "app/main.py", "config/start.py")
    (project.path / "app/main.py").symlink_to("../config/start.py")
    project.commit()

    result = project.update()

    assert result.code == 0
    assert "m = 'third'" in project.read("config/start.py")
    assert (project.path / "app/main.py").is_symlink()


def test_loop_of_links_changes_nothing_outside(project: Project) -> None:
    (project.path / "docs").symlink_to("loop")
    (project.path / "loop").symlink_to("docs")
    project.commit()

    assert project.update().code == 3
    assert (project.path / "docs").is_symlink()


def test_ignored_link_is_not_written_through(project: Project) -> None:
    outside = project.path.parent / "shared"
    outside.mkdir()
    project.write(".git/info/exclude", "docs\n")
    (project.path / "docs").symlink_to(outside)

    result = project.update()

    assert everything_below(outside) == {}
    assert result.code in {1, 3}


@pytest.mark.parametrize("new", ["src/app", "shop_api", "backend/service/app"])
def test_new_files_go_to_the_renamed_folder(project: Project, new: str) -> None:
    project.replace("app/main.py", "m = 9", "m = 'mine'")
    project.write("app/own.py", "from app.main import m\n")
    project.commit()
    (project.path / new).parent.mkdir(parents=True, exist_ok=True)
    project.git("mv", "app", new)
    project.commit()

    result = project.update()

    assert result.code == 0
    assert not (project.path / "app").exists()
    assert "h = 'new'" in project.read(f"{new}/support.py")
    assert not (project.path / f"{new}/old.py").exists()
    assert "m = 'mine'" in project.read(f"{new}/main.py")
    assert "m = 'third'" in project.read(f"{new}/main.py")
    assert any(new in warning for warning in result.document["warnings"])
    project.commit()
    assert project.update().document["up_to_date"]


def test_features_come_and_go_in_the_renamed_folder(project: Project) -> None:
    project.git("mv", "app", "service")
    project.commit()

    removed = project.run("remove", "items", "--project", str(project.path), "--json")
    assert removed.code == 0
    assert not (project.path / "service/items.py").exists()
    assert not (project.path / "app").exists()
    project.commit()
    added = project.run("add", "items", "--project", str(project.path), "--json")

    assert added.code == 0
    assert (project.path / "service/items.py").is_file()
    assert not (project.path / "app").exists()


def test_deleted_folder_is_no_move(project: Project) -> None:
    project.git("rm", "-rq", "app")
    project.write("other/main.py", "mine = True\n")
    project.commit()

    project.update()

    assert project.read("other/main.py") == "mine = True\n"


@pytest.mark.parametrize("root", ["", "src/"])
def test_imports_follow_a_renamed_module(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str
) -> None:
    text = "from app.main import m\n" + releases.numbered("d")
    old: dict[str, str | bytes] = {
        **releases.first(),
        "template/app/__init__.py": "",
        "template/app/dependencies.py": text,
        "template/app/use.py": "from app.dependencies import d\n" + releases.numbered("u"),
        "template/tool.toml": '[tool]\nlayers = ["app.main | app.dependencies"]\n',
    }
    new = old | {
        "template/app/dependencies.py": text.replace("d = 7", "d = 'newer'"),
        "template/app/new.py": "import app.dependencies\nfrom app.dependencies import d\n",
        "template/app/use.py": "from app.dependencies import d, m\n" + releases.numbered("u"),
        "template/tool.toml": '[tool]\nlayers = ["app.new", "app.main | app.dependencies"]\n',
        "template/guide.md": "See `app/dependencies.py`.\n",
    }
    create_from(project, tmp_path, monkeypatch, old, new)
    if root:
        (project.path / "src").mkdir()
        project.git("mv", "app", "src/app")
    project.git("mv", f"{root}app/dependencies.py", f"{root}app/resources.py")
    for name in (f"{root}app/use.py", "tool.toml"):
        project.replace(name, "app.dependencies", "app.resources")
    project.commit()

    result = project.update()

    assert (result.code, result.document["findings"]) == (0, []), result.err
    assert "d = 'newer'" in project.read(f"{root}app/resources.py")
    assert project.read(f"{root}app/new.py") == (
        "import app.resources\nfrom app.resources import d\n"
    )
    assert project.read(f"{root}app/use.py").startswith("from app.resources import d, m\n")
    assert project.read("tool.toml").endswith('"app.main | app.resources"]\n')
    assert project.read("guide.md") == f"See `{root}app/resources.py`.\n"


def test_imports_follow_a_module_that_became_a_package(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = "from app.config import c\n" + releases.numbered("u")
    old: dict[str, str | bytes] = {
        **releases.first(),
        "template/app/__init__.py": "",
        "template/app/config.py": releases.numbered("c"),
        **{f"template/app/{name}.py": use for name in ("one", "two", "three")},
    }
    new = old | {"template/app/new.py": "from app.config import c\n"}
    create_from(project, tmp_path, monkeypatch, old, new)
    (project.path / "app/settings").mkdir()
    project.git("mv", "app/config.py", "app/settings/base.py")
    project.write("app/settings/__init__.py", "from app.settings.base import c\n")
    for name in ("one", "two", "three"):
        project.replace(f"app/{name}.py", "app.config", "app.settings")
    project.commit()

    result = project.update()

    assert (result.code, result.document["findings"]) == (0, []), result.err
    assert project.read("app/new.py") == "from app.settings import c\n"


def test_module_that_both_names_import_is_no_rename(project: Project) -> None:
    text = project.read("app/helpers.py")
    project.git("mv", "app/helpers.py", "app/tools.py")
    project.write("app/mine.py", "from app.tools import h\nfrom app.helpers import h\n")
    project.commit()

    project.update()

    assert text.splitlines()[0] in project.read("app/tools.py")
    assert project.read("app/mine.py") == "from app.tools import h\nfrom app.helpers import h\n"


def test_imports_of_new_files_follow_a_renamed_package(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old: dict[str, str | bytes] = {
        **releases.first(),
        "template/app/__init__.py": "",
        "template/app/core/__init__.py": "",
        "template/app/core/base.py": "from alembic import op\nfrom app.main import m\n",
        "template/alembic/env.py": "from alembic import context\n\nfrom app.core import base\n",
        "template/tests/test_base.py": "from app.core.base import m\n",
        "template/tool.toml": '[tool]\nsource = ["app"]\n\nrun = "app.main:m"\n',
        "template/alembic.ini": INI.format("alembic"),
    }
    new = old | {
        "template/app/core/new.py": "import app.main\nfrom app.core.base import m\n",
        "template/tests/test_new.py": (
            'from app.core.new import m\n\nNAME = "app.core.new"\napp = m\n'
        ),
        "template/tool.toml": str(old["template/tool.toml"]) + 'more = "app/core"\n',
        "template/alembic/env.py": str(old["template/alembic/env.py"]) + "import app.core.new\n",
        "template/alembic.ini": INI.format("alembic") + "more = yes\n",
    }
    folder = tmp_path / "own-releases"
    releases.write(folder, "v0.1.0", old)
    releases.write(folder, "v0.4.0", new)
    monkeypatch.setattr(store, "FOLDER", folder)
    monkeypatch.setattr(planning, "render", RENDER)
    shutil.rmtree(project.path)
    project.path.mkdir()
    project.create("auth=true")
    project.git("mv", "app", "shop_api")
    project.git("mv", "alembic", "migrations")
    for name in ("shop_api/core/base.py", "migrations/env.py", "tests/test_base.py", "tool.toml"):
        text = project.read(name).replace("from app", "from shop_api")
        project.write(name, text.replace('"app', '"shop_api'))
    project.write("alembic.ini", INI.format("migrations"))
    project.write("migrations/helpers.py", "from migrations import env\n")
    project.commit()

    result = project.update()

    assert (result.code, result.document["findings"]) == (0, [])
    assert project.read("shop_api/core/new.py") == (
        "import shop_api.main\nfrom shop_api.core.base import m\n"
    )
    assert project.read("tests/test_new.py") == (
        'from shop_api.core.new import m\n\nNAME = "shop_api.core.new"\napp = m\n'
    )
    assert project.read("tool.toml").endswith('run = "shop_api.main:m"\nmore = "shop_api/core"\n')
    assert project.read("migrations/env.py") == (
        "from alembic import context\n\nfrom shop_api.core import base\nimport shop_api.core.new\n"
    )
    assert "from alembic import op" in project.read("shop_api/core/base.py")
    assert project.read("alembic.ini") == INI.format("migrations") + "more = yes\n"
    assert not (project.path / "app").exists()
    assert not (project.path / "alembic").exists()


def test_imports_follow_modules_that_were_joined(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def model(name: str) -> str:
        return f"class {name}:\n    pass\n"

    old: dict[str, str | bytes] = {
        **releases.first(),
        "template/app/__init__.py": "",
        "template/app/models/__init__.py": "from app.models.user import User\n",
        "template/app/models/user.py": model("User"),
        "template/app/models/item.py": model("Item"),
        "template/app/use.py": "from app.models.user import User\n" + releases.numbered("u"),
    }
    new = old | {
        "template/app/models/search.py": "s = 1\n",
        "template/app/models/user.py": model("User").replace("pass", "name = ''"),
        "template/app/new.py": "from app.models.item import Item\n",
        "template/app/use.py": "from app.models.user import User\n" + releases.numbered("v"),
    }
    create_from(project, tmp_path, monkeypatch, old, new)
    shutil.rmtree(project.path / "app/models")
    project.write("app/models.py", f"{model('User')}\n\n{model('Item')}")
    project.replace("app/use.py", "app.models.user", "app.models")
    project.commit()

    result = project.update()

    assert result.code == 3
    assert project.read("app/new.py") == "from app.models import Item\n"
    assert project.read("app/use.py").startswith("from app.models import User\nv = 0\n")
    assert [outcome["note"] for outcome in result.document["outcomes"] if outcome["note"]] == [
        "its code is in app/models.py; the template changed it"
    ]
    assert [finding["message"] for finding in result.document["findings"]] == [
        "cannot be imported, because app/models.py has the same name"
    ]


def test_imports_follow_a_module_that_both_have_renamed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers = "def help_out():\n    pass\n" + releases.numbered("h")
    old: dict[str, str | bytes] = {
        **releases.first(),
        "template/app/__init__.py": "",
        "template/app/session.py": helpers,
        "template/app/use.py": "from app.session import help_out\n",
    }
    new = old | {
        "copier.yml": str(old["copier.yml"]).replace(
            "_newapi:\n", "_newapi:\n  renames: {app/session.py: app/auth_session.py}\n", 1
        ),
        "template/app/auth_session.py": helpers.replace("h = 3", "h = 'newer'"),
        "template/app/new.py": "from app.auth_session import help_out\n",
        "template/app/use.py": "from app.auth_session import help_out\n",
    }
    del new["template/app/session.py"]
    create_from(project, tmp_path, monkeypatch, old, new)
    project.git("mv", "app/session.py", "app/login.py")
    project.replace("app/use.py", "app.session", "app.login")
    project.commit()

    result = project.update()

    assert (result.code, result.document["findings"]) == (0, []), result.err
    assert "h = 'newer'" in project.read("app/login.py")
    assert project.read("app/new.py") == "from app.login import help_out\n"
    assert project.read("app/use.py") == "from app.login import help_out\n"


def test_lines_with_names_of_the_template_stay_in_a_file_with_names_of_both() -> None:
    base = b"# Reloads app/.\ncommand: app.main\nvolume: ./app\nport: 1\n"
    ours = base.replace(b"app.main", b"shop.main").replace(b"./app", b"./shop/")
    theirs = base.replace(b"port: 1", b"port: 2") + b"new: app.main\n"
    names = Names(modules={"app": "shop"}, folders={"app": "shop"})

    old, new = names.sides(*({"c.yml": Entry(text)} for text in (base, theirs, ours)))

    assert old["c.yml"].data == base.replace(b"app.main", b"shop.main")
    assert new["c.yml"].data == theirs.replace(b"app.main", b"shop.main")


@pytest.mark.parametrize(
    ("line", "renamed"),
    [
        ("# Run `celery -A app.worker`.", "# Run `celery -A shop.worker`."),
        ("# It is `app.main:app`.", "# It is `shop.main:app`."),
        ("# `my.app.main` and `x-app.main` are others.", ""),
        ("app.middleware(http)  # `app` is no module", ""),
    ],
)
def test_prose_of_code_names_the_renamed_package(line: str, renamed: str) -> None:
    names = Names(modules={"app": "shop"}, folders={"app": "shop"})

    assert names.text(line.encode(), is_python=True).decode() == (renamed or line)

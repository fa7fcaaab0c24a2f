"""Revisions that give older projects the tables of new projects.

When a release changes a table, new projects get the final table in the one revision of the
feature. For projects that have the table already, the template carries another revision:

    features/<feature>/upgrades/<release>/<id>_<slug>.py.jinja

<release> is the first one whose new projects have the final table; a feature has one file for each.
The file is rendered with the answers of the project, like any seam, and put behind the newest
revision of the project, if the feature was on before the update and still is. It never comes twice,
because the release that a project comes from says which ones it has. For the same reason a file
stays in the template for ever. A new project gets none.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.project import migrations, revisions, tree
from newapi.project.migrations import Lineage

if TYPE_CHECKING:
    from newapi.project.tree import Entry
    from newapi.template.catalog import Catalog, Question, Value
    from newapi.template.sources import Source

PATTERN = "features/*/upgrades/*/*.py.jinja"


@dataclass(frozen=True)
class Upgrade:
    """One file of a template."""

    source: Path
    feature: str
    release: str

    @property
    def path(self) -> str:
        """Return where a project has it."""
        return f"{revisions.FOLDER}/{self.source.name.removesuffix('.jinja')}"

    @property
    def name(self) -> str:
        """Return the id of the revision."""
        return revisions.id_in(self.path)

    @property
    def version(self) -> tuple[int, ...]:
        """Return the release as numbers; none if it is not one."""
        return _version(self.release)


def find(root: Path) -> list[Upgrade]:
    """Return every upgrade that the template in this folder has."""
    return [
        Upgrade(path, feature=path.parts[-4], release=path.parts[-2])
        for path in sorted(root.glob(PATTERN))
    ]


def lineage(
    old: Source,
    new: Source,
    before: Mapping[str, Value],
    answers: Mapping[str, Value],
    known: Catalog,
) -> Lineage:
    """Return the revisions of a new version of the template, with rendered upgrades."""
    every = [upgrade for upgrade in find(new.path) if upgrade.feature in known.features]
    have = {upgrade.name for upgrade in find(old.path)}
    features = list(known.features)
    due = [
        upgrade
        for upgrade in every
        if upgrade.name not in have
        and _is_older(old.commit, upgrade)
        and _is_on(known.features[upgrade.feature], before)
        and _is_on(known.features[upgrade.feature], answers)
    ]
    due.sort(key=lambda upgrade: (upgrade.version, features.index(upgrade.feature)))
    owned = {name: _revisions(question) for name, question in known.features.items()}
    return Lineage(
        known.renames,
        {upgrade.name: owned[upgrade.feature] for upgrade in every},
        _render(new.path, answers, due) if due else {},
    )


def _is_on(feature: Question, answers: Mapping[str, Value]) -> bool:
    return answers.get(feature.name, feature.off) != feature.off


def _revisions(feature: Question) -> frozenset[str]:
    paths = (path.strip("/") for path in feature.paths)
    return frozenset(revisions.id_in(path) for path in paths if migrations.is_revision(path))


def _is_older(commit: str, upgrade: Upgrade) -> bool:
    """Whether a project's version is older than an upgrade; one without numbers is."""
    version = _version(commit)
    return not version or version < upgrade.version


def _version(text: str) -> tuple[int, ...]:
    parts = text.removeprefix("v").split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else ()


def _render(root: Path, answers: Mapping[str, Value], due: list[Upgrade]) -> dict[str, Entry]:
    """Render upgrades as if they were files of the template, with all that it computes."""
    from newapi.template import engine

    with tempfile.TemporaryDirectory(prefix="newapi-upgrades-") as name:
        template, project = Path(name, "template"), Path(name, "project")
        shutil.copytree(root / "features", template / "features")
        shutil.copyfile(root / "copier.yml", template / "copier.yml")
        for upgrade in due:
            target = template / "template" / f"{upgrade.path}.jinja"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(upgrade.source, target)
        engine.generate(template, answers, project)
        made = tree.read(project)
    return {upgrade.path: made[upgrade.path] for upgrade in due if upgrade.path in made}

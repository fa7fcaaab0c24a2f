"""Plan an update of a project without changing anything."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from newapi.errors import NewapiError, UsageError
from newapi.project import history, migrations, tree
from newapi.project.answers_file import ANSWERS_FILE
from newapi.project.migrations import Lineage
from newapi.questions import answer_migration, answers, choices, names
from newapi.resources import inventory, needs
from newapi.resources.rendering import Side
from newapi.template import catalog, sources
from newapi.update import (
    checks,
    code_style,
    env_file,
    findings,
    layouts,
    merge,
    migration_imports,
    pair_parts,
    references,
    renamed_names,
    requirements,
    resource_merge,
    text_merge,
    upgrades,
    worktree,
)
from newapi.update.findings import Finding
from newapi.update.merge import BESIDE, Merged, Outcome, Rules
from newapi.update.text_merge import Labels, Style

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository
    from newapi.project.locations import Locations
    from newapi.project.migrations import Chained
    from newapi.project.tree import Tree
    from newapi.resources.definition import Definition
    from newapi.resources.wiring import Loose
    from newapi.template.catalog import Catalog, Value
    from newapi.template.features import Change, Resolution
    from newapi.template.sources import Source
    from newapi.terminal.console import Console
    from newapi.update.journal import Journal
    from newapi.update.resource_merge import Woven
    from newapi.update.verification import Verification

_PLAIN = Lineage()
_PYPROJECT = "pyproject.toml"
_REPAIR = "Add what features need together"
_MOVE = "Record the address of the template"


class Sides(NamedTuple):
    """The template rendered with the old answers and with the new ones."""

    base: Tree
    theirs: Tree


class Present(NamedTuple):
    """A project as it is: its files, its answers, and the changes that are not committed."""

    listing: Mapping[str, Item]
    record: history.Record
    earlier: tuple[Journal, ...]


@dataclass(frozen=True)
class Wanted:
    """The options of an update."""

    choices: choices.Choices = field(default_factory=choices.Choices)
    template: str | None = None
    version: str | None = None
    is_at_home: bool = False  # the same version, with other answers
    style: Style = "inline"
    keep_tables: bool = False
    is_repair: bool = False  # add what features need together
    is_quiet_required: bool = True
    may_follow: bool = False  # on top of changes that newapi has staged
    edited: Tree = field(default_factory=dict)  # files that need not be committed


@dataclass(frozen=True)
class Plan:
    """The changes that an update would make."""

    record: history.Record
    src_path: str
    commit: str
    answers: Mapping[str, Value]
    before: Mapping[str, Value]
    changes: tuple[Change, ...]
    labels: Labels
    earlier: tuple[Journal, ...]  # of changes that are staged and not committed
    merged: Merged = field(default_factory=lambda: Merged({}, {}, {}, ()))
    ignored: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    migrations: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()  # revisions, tables, and columns as `table.column`
    loose: tuple[Loose, ...] = ()
    title: str = ""
    base: Tree = field(default_factory=dict)
    lineage: Lineage = field(default_factory=Lineage)
    names: Mapping[str, str] = field(default_factory=dict)  # which the template has renamed
    edited: Tree = field(default_factory=dict)  # files of the user that are staged as they are
    verification: Verification | None = None

    @property
    def is_up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return not self.merged.outcomes and not self.merged.writes

    @property
    def conflicts(self) -> list[Outcome]:
        """Return the outcomes with conflicts."""
        return [outcome for outcome in self.merged.outcomes if outcome.action == "conflict"]

    @property
    def is_complete(self) -> bool:
        """Whether there is neither a conflict nor a finding, and no check was broken."""
        is_broken = self.verification is not None and self.verification.is_broken
        return not self.conflicts and not self.findings and not is_broken


def plan(repository: Repository, wanted: Wanted, console: Console) -> Plan:
    """Render the old and the new version of the template, and merge.

    Raises:
        NewapiError: The project cannot be updated; says why, and what helps.
        UsageError: The choices are wrong.
    """
    present = look(repository, wanted)
    listing, record, _ = present
    with ExitStack() as stack:
        stack.enter_context(sources.fetching_once())
        old = _open_old(stack, record, wanted)
        new = old
        if not wanted.is_at_home:
            template = wanted.template or (None if record.is_own else record.src_path)
            new = stack.enter_context(sources.open_source(template, wanted.version))
        if history.is_downgrade(record, new):
            message = f"The project is at {record.commit}; {new.commit} is older."
            raise NewapiError(message, "git revert the commit of the last update instead.")
        known_before = catalog.load(old.path)
        before = answer_migration.recorded(record, known_before)
        found = inventory.committed(repository, listing, old.path)
        known = known_before if new is old else catalog.load(new.path)
        resolution, warnings = _answers(record, wanted, new, known, found.definitions)
        done = replace(
            begin(present, new, before, resolution, labels=_labels(old, new)),
            warnings=tuple(warnings),
            lineage=Lineage(known.renames),
            names=known.names,
        )
        if _is_the_same(old, new) and before == resolution.answers and not wanted.is_repair:
            return done
        shown = old.commit if old.commit == new.commit else f"{old.commit} and {new.commit}"
        with console.status(f"Rendering {shown}"):
            base = render(old, before, repository.project.name)
            theirs = render(new, resolution.answers, repository.project.name)
            lineage = upgrades.lineage(old, new, before, resolution.answers, known)
            again = inventory.of(found.definitions)
            woven = resource_merge.weave(
                *(base, theirs, Side(old.path, before, found)),
                Side(new.path, resolution.answers, again),
            )
            version = pair_parts.Version(
                *(woven.base, known_before, before),
                lambda given: render_whole(old, given, repository.project.name, found),
            )
            parts = pair_parts.find(
                repository, lambda: worktree.contents(repository, listing, version.base), version
            )
    if wanted.is_repair and not parts:
        return done
    warnings += [f"{part.path}: {part.message}; it is added" for part in parts]
    is_same = old.commit == new.commit and before == resolution.answers
    title = _REPAIR if wanted.is_repair else _MOVE if is_same else ""
    done = replace(done, warnings=tuple(warnings), title=title)
    cut = woven._replace(base=pair_parts.cut(woven.base, parts))
    done = conclude(repository, listing, wanted, replace(done, lineage=lineage), cut)
    return replace(done, base=woven.base)


def look(repository: Repository, wanted: Wanted) -> Present:
    """Return the files of the last commit with the changes that newapi has staged on top.

    Raises:
        NewapiError: There is no commit, the user has uncommitted changes, or the answers file is
            missing or broken.
    """
    if wanted.is_quiet_required:
        worktree.require_quiet(repository, may_follow=wanted.may_follow, edited=wanted.edited)
    elif not repository.head():
        raise NewapiError("The repository has no commit yet.", "git add --all && git commit")
    earlier = worktree.followed(repository)
    listing = worktree.listing(repository, earlier)
    item = listing.get(ANSWERS_FILE)
    below = [path for path in listing if path.endswith(f"/{ANSWERS_FILE}")]
    if item is None and below:
        folder = below[0].removesuffix(f"/{ANSWERS_FILE}")
        message = f"There is no {ANSWERS_FILE} here, but one in {folder}."
        raise NewapiError(message, f"Run it there: cd {folder}")
    if item is None and (repository.project / ANSWERS_FILE).is_file():
        fix = f"git add --force {ANSWERS_FILE} && git commit --message 'Add the answers file'"
        raise NewapiError(f"The last commit has no {ANSWERS_FILE}, but the folder has one.", fix)
    content = repository.blobs([item.digest])[item.digest] if item else None
    return Present(listing, history.read(content), earlier)


def begin(
    present: Present,
    source: Source,
    before: Mapping[str, Value],
    resolution: Resolution,
    *,
    labels: Labels,
) -> Plan:
    """Return the plan of a change to a template and answers, in which no file is merged yet."""
    return Plan(
        record=present.record,
        src_path=source.src_path,
        commit=source.commit,
        answers=resolution.answers,
        before=before,
        changes=resolution.changes,
        labels=labels,
        earlier=present.earlier,
    )


def _open_old(stack: ExitStack, record: history.Record, wanted: Wanted) -> Source:
    """Open the project's version; of a fork that has moved, where it is said to be now."""
    if wanted.template and not record.is_own:
        with suppress(UsageError):
            moved = replace(record, src_path=wanted.template)
            return stack.enter_context(history.open_base(moved))
    return stack.enter_context(history.open_base(record))


def _answers(
    record: history.Record,
    wanted: Wanted,
    new: Source,
    known: Catalog,
    definitions: Mapping[str, Definition],
) -> tuple[Resolution, list[str]]:
    given = choices.read(wanted.choices, known, names.dependencies(new.path))
    resolution, dropped = answer_migration.over(record, given.values, wanted.choices.preset, known)
    resolution, unmet = needs.resolve(resolution, definitions, given.values)
    problems = [*given.problems, *answers.conflicts(resolution, given.flags), *unmet]
    if problems:
        raise UsageError(problems)
    return resolution, dropped


def _is_the_same(old: Source, new: Source) -> bool:
    return (old.src_path, old.commit) == (new.src_path, new.commit)


def _labels(old: Source, new: Source) -> Labels:
    theirs = "with the new choices" if _is_the_same(old, new) else ""
    return Labels(base=f"template {old.commit}", theirs=f"template {new.commit} {theirs}".rstrip())


def render(source: Source, given: Mapping[str, Value], name: str) -> Tree:
    """Render into a folder called like the project: a fork may use that name."""
    from newapi.template import engine

    with tempfile.TemporaryDirectory(prefix="newapi-render-") as folder:
        engine.render(source, given, Path(folder, name))
        return tree.read(Path(folder, name))


def render_whole(
    source: Source, given: Mapping[str, Value], name: str, found: inventory.Inventory
) -> Tree:
    """Render a version of the template with the resources of a project."""
    made = render(source, given, name)
    side = Side(source.path, given, found)
    return resource_merge.weave(made, {}, side, side).base


def conclude(
    repository: Repository, listing: Mapping[str, Item], wanted: Wanted, done: Plan, woven: Woven
) -> Plan:
    """Merge both sides of the template into the project; return the complete plan."""
    layout = layouts.find(repository, listing, {**woven.reference, **woven.base}, woven.theirs)
    places = layout.places(worktree.places(repository, listing))
    lines = layout.wiring(woven.lines)
    moved = Sides(layout.tree(woven.base), layout.tree(woven.theirs))
    ours = worktree.read(
        *(repository, listing, *moved),
        lambda path: (
            path in lines.files
            or path.endswith((".py", ".toml", BESIDE))  # code, and what configures its style
            or references.is_yaml(path)
            or requirements.is_list(path)
        ),
    )
    worktree.require_no_remains(ours, moved.base, done.labels)
    renames = {layout.path(old): layout.path(new) for old, new in done.lineage.renames.items()}
    names = layout.names({**layout.tree(woven.reference), **moved.base}, ours.tree, renames)
    lines = names.wiring(lines)
    sides = Sides(*names.sides(*moved, ours.tree))
    rules = Rules(
        *(done.labels, wanted.style, ours.ignored, {ANSWERS_FILE}),
        prepare=lambda cases: code_style.apply(cases, ours.tree),
    )
    lineage = replace(done.lineage, renames={**done.lineage.renames, **renames})
    lineage = replace(lineage, own=woven.revision, places=places)
    chained, merged = join(sides, ours.tree, rules, lineage, keep_tables=wanted.keep_tables)
    merged, loose = resource_merge.rewire(merged, lines)
    merged = names.explain(layout.set_aside(merged, woven.base, woven.theirs))
    warnings = [*done.warnings, *chained.notes, *layout.warnings]
    if _is_edited(ours.tree[ANSWERS_FILE], sides.base.get(ANSWERS_FILE)):
        warnings.append(f"{ANSWERS_FILE} was edited by hand; it is written anew")
    warnings += _renamed_by_hand(ours.tree, sides)
    merged, ignored = env_file.fill(repository.project, merged, ours.ignored, done.names)
    if done.names:
        changed = {path: entry for path, entry in merged.writes.items() if entry is not None}
        kept = renamed_names.read(repository, listing, merged.writes.keys())
        warnings += renamed_names.find({**kept, **changed}, *sides, done.names, lineage.renames)
    return replace(
        done,
        merged=merged,
        ignored=ignored,
        warnings=tuple(warnings),
        findings=tuple(_findings(ours.tree, sides, merged, places, wanted)),
        migrations=tuple(chained.added),
        dropped=(*done.dropped, *chained.dropped),
        loose=tuple(loose),
        base=woven.base,
    )


def _findings(
    ours: Tree, sides: Sides, merged: Merged, places: Locations, wanted: Wanted
) -> list[Finding]:
    """Return the findings of a merge, and the files that cannot be parsed.

    A repair tells of all revisions that do not follow each other, as after a merge of branches.
    """
    tree = merged.tree
    found = {*findings.find(ours, sides.theirs, tree, places)}
    found |= {*requirements.missing(*sides, tree)}
    if wanted.is_repair:
        found |= {*findings.of_revisions(tree, places)}
    message = "merged without a conflict, but can no longer be parsed"
    broken = [
        Finding(path, findings.broken_at(path, tree[path].data), message)
        for path in checks.broken(merged, sides.theirs)
        if not any(each.path == path for each in found)
    ]
    return sorted([*found, *broken], key=lambda each: (each.path, each.line))


def _renamed_by_hand(ours: Tree, sides: Sides) -> list[str]:
    """Return a warning if pyproject.toml has another name than the answers."""
    name, old, new = (_project_name(side.get(_PYPROJECT)) for side in (ours, *sides))
    if not (name and old and new) or name in {old, new}:
        return []
    told = f"{_PYPROJECT} names the project {name}, and the answers name it {new}"
    return [f"{told}: newapi update --set project_name={name} brings the name everywhere"]


def _project_name(entry: tree.Entry | None) -> str:
    try:
        found = tomllib.loads(entry.data.decode("utf-8-sig")) if entry else {}
        return str(found["project"]["name"])
    except (ValueError, KeyError, TypeError):
        return ""


def _is_edited(ours: tree.Entry, base: tree.Entry | None) -> bool:
    """Whether an answers file has other lines than newapi wrote; line ends do not matter."""
    return base is not None and ours.data != text_merge.in_form_of(ours.data, base.data)


def join(
    sides: Sides,
    ours: Tree,
    rules: Rules,
    lineage: Lineage = _PLAIN,
    *,
    keep_tables: bool,
) -> tuple[Chained, Merged]:
    """Merge all files, with the revisions of the database and the modules that they import."""
    rules = replace(rules, renames=lineage.renames)
    chained = migrations.chain(sides.base, ours, sides.theirs, lineage, keep_tables=keep_tables)
    added = {**chained.added, **migrations.follow(lineage, ours, chained)}
    chained = replace(chained, added=added)
    merged = merge.merge(chained.base, ours, {**chained.theirs, **added}, rules)
    return chained, migration_imports.keep(merged, lineage.places)

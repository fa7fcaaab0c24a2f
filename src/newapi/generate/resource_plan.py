"""Work out what `newapi generate resource` would make of a project, without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from newapi.errors import NewapiError, UsageError
from newapi.generate import decision, model_changes, project_layout, revision
from newapi.generate.decision import Decision, Request
from newapi.generate.project_layout import ProjectLayout
from newapi.project import history
from newapi.project.migrations import Lineage
from newapi.project.tree import Entry
from newapi.questions import answer_migration
from newapi.resources import bundled, inventory, model_text, moving, needs, project_names, users
from newapi.resources.generator import Generator, require_there, require_understood
from newapi.resources.inventory import Inventory
from newapi.resources.rendering import Side, Workshop
from newapi.template import catalog
from newapi.template.features import Resolution
from newapi.update import planning, resource_merge, text_merge, worktree
from newapi.update.merge import Outcome
from newapi.update.planning import Plan, Wanted
from newapi.update.resource_merge import Woven
from newapi.update.text_merge import Labels

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository
    from newapi.resources.definition import Definition
    from newapi.resources.model_file import Model
    from newapi.resources.project_names import ProjectNames
    from newapi.template.catalog import Value
    from newapi.template.sources import Source
    from newapi.terminal.console import Console

    Listing: TypeAlias = Mapping[str, Item]

MODELS = "models.yml"
_NAMED = 2  # so many resources are named in one line


@dataclass(frozen=True)
class Step:
    """Resources, before and after."""

    source: Source
    old: Side
    new: Side
    decisions: Sequence[Decision]
    wanted: Wanted
    place: ProjectLayout


@dataclass(frozen=True)
class Generated:
    """What would happen, and to which resources."""

    plan: Plan
    decisions: tuple[Decision, ...]
    before: Mapping[str, Definition]
    after: Mapping[str, Definition]


def plan(
    repository: Repository, request: Request | Model | None, wanted: Wanted, console: Console
) -> Generated:
    """Render resources as they were and as they are to be, and merge.

    A request is a typed command line, or what `models.yml` says; without one, the file is written.

    Raises:
        NewapiError: The project cannot be changed; says why, and what helps.
        UsageError: The resources cannot be as they were asked for.
    """
    present = planning.look(repository, wanted)
    listing, record, _ = present
    with history.open_base(record) as source:
        require_there(Generator(source.path), source, "resources")
        known = catalog.load(source.path)
        before = answer_migration.recorded(record, known)
        found = inventory.committed(repository, listing, source.path)
        text = _model_text(repository, listing)
        place = project_layout.find(repository, listing, source, before)
        decisions = _decide(request, _names(repository, listing, found, before, place), text)
        definitions = _applied(decisions, found)
        newer = [each.definition.name for each in decisions if _is_newer(each, found.definitions)]
        newer += users.references_to_users(definitions)
        require_understood(Generator(source.path), source, definitions.values(), newer)
        resolution, problems = needs.resolve(Resolution(before, (), ()), definitions, ())
        if problems:
            raise UsageError(problems)
        old = Side(source.path, before, found)
        new = Side(source.path, resolution.answers, found.changed(definitions))
        title = _title(decisions)
        with console.status(title):
            wired = {wire.file for wire in old.wires | new.wires}
            place = place.needing(repository, listing, source, before, wired)
            woven = _woven(repository, listing, Step(source, old, new, decisions, wanted, place))
    if not wanted.edited:
        written = _written(text, found.definitions, definitions, decisions)
        woven = _with_file(woven, text, written)
    labels = Labels(
        base=f"template {source.commit}",
        theirs=f"template {source.commit} with {_subject(decisions)}",
    )
    done = replace(
        planning.begin(present, source, before, resolution, labels=labels),
        warnings=tuple(warning for each in decisions for warning in each.warnings),
        dropped=tuple(
            name for each in decisions for name in _dropped(each, wanted, found.definitions)
        ),
        lineage=Lineage({**known.renames, **_moves(decisions, woven)}),
        title=title,
        edited=wanted.edited,
    )
    if not decisions and woven.base == woven.theirs:
        return Generated(replace(done, edited={}), (), found.definitions, definitions)
    concluded = planning.conclude(repository, listing, wanted, done, woven)
    return Generated(
        _with_edited(concluded, listing), tuple(decisions), found.definitions, definitions
    )


def defined(repository: Repository, model: Model | None) -> Mapping[str, Definition]:
    """Return all resources as `models.yml` says them; without the file, as they are recorded.

    Raises:
        NewapiError: The project cannot be read; says why, and what helps.
        UsageError: It says everything that is wrong with the file.
    """
    known, found = _look(repository)
    return _applied(_decide(model, known, None), found)


def names(repository: Repository) -> ProjectNames:
    """Return the names that the code of a project has.

    Raises:
        NewapiError: The project cannot be read; says why, and what helps.
    """
    known, _ = _look(repository)
    return known


def _look(repository: Repository) -> tuple[ProjectNames, Inventory]:
    listing, record, _ = planning.look(repository, Wanted(is_quiet_required=False))
    with history.open_base(record) as source:
        found = inventory.committed(repository, listing, source.path)
        before = answer_migration.recorded(record, catalog.load(source.path))
        place = project_layout.find(repository, listing, source, before)
        return _names(repository, listing, found, before, place), found


def _moves(decisions: Iterable[Decision], woven: Woven) -> dict[str, str]:
    """Return where files of renamed resources go; edits of theirs go with them."""
    gone = woven.base.keys() - woven.theirs.keys()
    fresh = woven.theirs.keys() - woven.base.keys()
    return {
        path: place
        for each in decisions
        if each.old
        for path, place in moving.paths(gone, fresh, each.old, each.definition).items()
    }


def _is_newer(decision: Decision, before: Mapping[str, Definition]) -> bool:
    """Tell whether the generators of older releases cannot make such a change."""
    name = decision.definition.name
    is_kept = name in before and before[name].access == decision.definition.access
    return decision.old is not None or (decision.verb == "change" and not is_kept)


def _applied(decisions: Iterable[Decision], found: Inventory) -> dict[str, Definition]:
    definitions = dict(found.definitions)
    for each in decisions:
        definitions = each.applied(definitions)
    return definitions


def _subject(decisions: Sequence[Decision]) -> str:
    return decisions[0].definition.name if len(decisions) == 1 else MODELS


def _model_text(repository: Repository, listing: Listing) -> str | None:
    """Return `models.yml` as it is committed or staged."""
    item = listing.get(MODELS)
    return repository.blobs([item.digest])[item.digest].decode("utf-8-sig") if item else None


def _written(
    text: str | None,
    before: Mapping[str, Definition],
    after: Mapping[str, Definition],
    decisions: Iterable[Decision],
) -> str | None:
    """Return `models.yml` with the changes of the command line; None if there is nothing to say."""
    if text is None:
        return model_text.write(after) if after else None
    renamed = {
        one.old.name: one.new.name
        for each in decisions
        for one in each.operations
        if one.op == "rename" and one.old and one.new
    }
    written = model_text.updated(text, before, after, renamed) if before != after else text
    return None if model_text.is_empty(written) else written


def _with_file(woven: Woven, before: str | None, after: str | None) -> Woven:
    sides = [
        {**side, **({MODELS: Entry(text.encode())} if text is not None else {})}
        for side, text in ((woven.base, before), (woven.theirs, after))
    ]
    return woven._replace(base=sides[0], theirs=sides[1])


def _with_edited(done: Plan, listing: Listing) -> Plan:
    """Name the files among the outcomes that are staged as the user has edited them."""
    own = [
        Outcome(path, "updated" if path in listing else "added", "as you wrote it")
        for path in done.edited
    ]
    outcomes = sorted([*done.merged.outcomes, *own], key=lambda outcome: outcome.path)
    return replace(done, merged=replace(done.merged, outcomes=tuple(outcomes)))


def _decide(
    request: Request | Model | None, known: ProjectNames, text: str | None
) -> Sequence[Decision]:
    if request is None:
        return ()
    if not isinstance(request, Request):
        return model_changes.decide(request, known)
    if text is not None:
        _require_generated(text, known)
    return (decision.decide(request, known),)


def _require_generated(text: str, known: ProjectNames) -> None:
    """Refuse a change by the command line while `models.yml` says something else.

    Raises:
        NewapiError: The file was edited since.
    """
    from newapi.resources import model_file

    with suppress(UsageError):
        if not model_changes.decide(model_file.read(text.encode()), known):
            return
    message = f"{MODELS} says something else than what is generated."
    raise NewapiError(message, "newapi generate first")


def _title(decisions: Sequence[Decision]) -> str:
    """Return what happens in one line, such as `Create category and product`."""
    if not decisions:
        return f"Write {MODELS}"
    verbs: dict[str, list[str]] = {}
    for each in decisions:
        verbs.setdefault(each.verb, []).append(each.definition.name)
    if len(decisions) == 1:
        ((verb, names),) = verbs.items()
        return f"{verb.capitalize()} the resource {names[0]}"
    parts = [
        f"{verb} {' and '.join(names)}"
        if len(names) <= _NAMED
        else f"{verb} {len(names)} resources"
        for verb, names in verbs.items()
    ]
    return ", ".join(parts).capitalize()


def _names(
    repository: Repository,
    listing: Listing,
    found: Inventory,
    answers: Mapping[str, Value],
    place: ProjectLayout,
) -> ProjectNames:
    modules = inventory.modules(repository, listing, place.layout.origin)
    if marked := [
        path for path, data in sorted(modules.items()) if text_merge.markers(data, Labels())
    ]:
        raise worktree.unresolved(marked)
    texts = {path: data.decode(errors="replace") for path, data in modules.items()}
    names = project_names.look(
        found.definitions,
        texts,
        accounts=needs.has_accounts(answers),
        storage=needs.has_storage(answers),
        database=str(answers.get("database", "")),
    )
    added_to = (name for name, feature in bundled.FEATURES.items() if answers.get(feature))
    return names.with_bundled(added_to, texts)


def _woven(repository: Repository, listing: Listing, step: Step) -> Woven:
    """Make whatever the step changes; with other answers, that is the whole project."""
    old, new, workshop = step.old, step.new, Workshop()
    places = worktree.places(repository, listing)
    ours = worktree.revisions(repository, listing, places)
    parts = [*revision.pieces(step.decisions, old, new, keep_tables=step.wanted.keep_tables)]
    migrated = revision.migrated(step.decisions, parts)
    about = revision.about(migrated, ours, places) if parts else {}
    names = {*old.contexts, *new.contexts}
    differing = {name for name in names if old.contexts.get(name) != new.contexts.get(name)}
    jobs = [(side, side.contexts[n]) for side in (old, new) for n in differing & {*side.contexts}]
    workshop.prepare([*jobs, *((piece.side, piece.about(about)) for piece in parts)])
    made = resource_merge.make(workshop, old, new, differing)
    moved = made.base.keys() ^ made.theirs.keys()
    if moved & listing.keys() and differing != names:  # other resources may have the same files
        made = resource_merge.make(workshop, old, new, names)
    added = made.theirs.keys() - made.base.keys()
    worktree.require_room(repository, listing, map(step.place.layout.path, added), "resource")
    subject = revision.subject(migrated) if parts else ""
    own = revision.rendered(parts, about, workshop.made, subject) if parts else {}
    base, theirs = made.base, made.theirs
    if old.answers != new.answers:
        name = repository.project.name
        base = {**planning.render(step.source, old.answers, name), **base}
        theirs = {**planning.render(step.source, new.answers, name), **theirs}
    woven = resource_merge.join(base, theirs, old, new)
    return woven._replace(revision=own, reference=step.place.reference)


def _dropped(
    decision: Decision, wanted: Wanted, before: Mapping[str, Definition]
) -> tuple[str, ...]:
    """Name the table or the columns that go."""
    old = decision.old or before.get(decision.definition.name)
    loses_owner = old is not None and old.has_owner and not decision.definition.has_owner
    table = decision.definition.plural
    if decision.verb == "remove":
        return () if wanted.keep_tables else (table,)
    gone = [one.old for one in decision.operations if one.op == "drop" and one.old]
    fields = [
        field.stored for field in gone if field.type != "nested"
    ]  # rows of nested fields stay
    owner = ["owner_id"] if loses_owner else []
    return tuple(f"{table}.{column}" for column in [*owner, *fields])

"""Work out what `newapi generate resource` would make of a project, without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from newapi.errors import UsageError
from newapi.generate import decision
from newapi.generate.decision import Decision, Request
from newapi.project import history, migrations, revisions
from newapi.project.migrations import Lineage
from newapi.questions import answer_migration
from newapi.resources import context, inventory, needs, project_names
from newapi.resources.generator import Generator, require_there
from newapi.resources.inventory import Inventory
from newapi.resources.rendering import Side, Workshop, key
from newapi.template import catalog
from newapi.template.features import Resolution
from newapi.update import planning, resource_merge, text_merge, worktree
from newapi.update.planning import Plan, Wanted
from newapi.update.resource_merge import Woven
from newapi.update.text_merge import Labels

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository
    from newapi.project.locations import Locations
    from newapi.project.tree import Tree
    from newapi.template.catalog import Value
    from newapi.template.sources import Source
    from newapi.terminal.console import Console

    Listing: TypeAlias = Mapping[str, Item]


@dataclass(frozen=True)
class Step:
    """One resource, before and after."""

    source: Source
    old: Side
    new: Side
    decision: Decision
    wanted: Wanted

    @property
    def subject(self) -> str:
        """Return the subject of the change, as in the name of its revision file."""
        return f"{self.decision.verb}_{self.decision.definition.plural}"


@dataclass(frozen=True)
class Generated:
    """What would happen, and to which resource."""

    plan: Plan
    decision: Decision


def plan(repository: Repository, request: Request, wanted: Wanted, console: Console) -> Generated:
    """Render a resource as it was and as it is to be, and merge.

    Raises:
        NewapiError: The project cannot be changed; says why, and what helps.
        UsageError: The resource cannot be as it was asked for.
    """
    present = planning.look(repository, wanted)
    listing, record, _ = present
    with history.open_base(record) as source:
        require_there(Generator(source.path), source, "resources")
        known = catalog.load(source.path)
        before = answer_migration.recorded(record, known)
        found = inventory.committed(repository, listing, source.path)
        decision = _decide(repository, listing, request, found, before)
        definitions = decision.applied(found.definitions)
        resolution, problems = needs.resolve(Resolution(before, (), ()), definitions, ())
        if problems:
            raise UsageError(problems)
        old = Side(source.path, before, found)
        new = Side(source.path, resolution.answers, found.changed(definitions))
        with console.status(f"Generating {decision.definition.name}"):
            woven = _woven(repository, listing, Step(source, old, new, decision, wanted))
    labels = Labels(
        base=f"template {source.commit}",
        theirs=f"template {source.commit} with {decision.definition.name}",
    )
    done = replace(
        planning.begin(present, source, before, resolution, labels=labels),
        warnings=decision.warnings,
        dropped=_dropped(decision, wanted),
        lineage=Lineage(known.renames),
        title=f"{decision.verb.capitalize()} the resource {decision.definition.name}",
    )
    return Generated(planning.conclude(repository, listing, wanted, done, woven), decision)


def _decide(
    repository: Repository,
    listing: Listing,
    request: Request,
    found: Inventory,
    answers: Mapping[str, Value],
) -> Decision:
    modules = inventory.modules(repository, listing)
    if marked := [
        path for path, data in sorted(modules.items()) if text_merge.markers(data, Labels())
    ]:
        raise worktree.unresolved(marked)
    around = project_names.look(
        found.definitions,
        {path: data.decode(errors="replace") for path, data in modules.items()},
        accounts=needs.has_accounts(answers),
        database=str(answers.get("database", "")),
    )
    return decision.decide(request, around)


def _woven(repository: Repository, listing: Listing, step: Step) -> Woven:
    """Make whatever the step changes; with other answers, that is the whole project."""
    old, new, workshop = step.old, step.new, Workshop()
    places = worktree.places(repository, listing)
    ours = worktree.revisions(repository, listing, places)
    about = _revision(step, ours, places)
    names = {*old.contexts, *new.contexts}
    differing = {name for name in names if old.contexts.get(name) != new.contexts.get(name)}
    jobs = [(side, side.contexts[n]) for side in (old, new) for n in differing & {*side.contexts}]
    workshop.prepare([*jobs, *about])
    made = resource_merge.make(workshop, old, new, differing)
    moved = made.base.keys() ^ made.theirs.keys()
    if moved & listing.keys() and differing != names:  # other resources may have the same files
        made = resource_merge.make(workshop, old, new, names)
    added = made.theirs.keys() - made.base.keys()
    worktree.require_room(repository, listing, added, "resource")
    revision = {
        revisions.path_of(job[1]["revision"]["id"], step.subject): entry
        for job in about
        for entry in workshop.made[key(*job)].values()
    }
    base, theirs = made.base, made.theirs
    if old.answers != new.answers:
        name = repository.project.name
        base = {**planning.render(step.source, old.answers, name), **base}
        theirs = {**planning.render(step.source, new.answers, name), **theirs}
    return resource_merge.join(base, theirs, old, new)._replace(revision=revision)


def _revision(step: Step, ours: Tree, places: Locations) -> list[tuple[Side, dict[str, Any]]]:
    """Return the context of the revision, in a list that is empty if the change needs none."""
    decision, definition = step.decision, step.decision.definition
    is_removed = decision.verb == "remove"
    steps = [operation for operation in decision.operations if operation.alters_table]
    if not steps or (is_removed and step.wanted.keep_tables):
        return []
    side = step.old if is_removed else step.new
    operations = [context.of_operation(one, definition, side.definitions) for one in steps]
    down = migrations.head(ours, places)
    about = {
        "id": migrations.vacant(ours, places, decision.verb, definition.plural, down or ""),
        "down": down,
        "message": f"{decision.verb.capitalize()} {definition.plural}",
        "operations": operations,
    }
    return [(side, {**side.contexts[definition.name], "revision": about})]


def _dropped(decision: Decision, wanted: Wanted) -> tuple[str, ...]:
    """Name the table or the columns that go."""
    table = decision.definition.plural
    if decision.verb == "remove":
        return () if wanted.keep_tables else (table,)
    return tuple(f"{table}.{o.old.column}" for o in decision.operations if o.op == "drop" and o.old)

"""Compare `models.yml` with the recorded resources, and decide about all changes at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from newapi.errors import Problem, UsageError
from newapi.generate.decision import Decision
from newapi.resources import bundled, changes, composites, moving, naming, references, rules
from newapi.resources.changes import Operation
from newapi.resources.definition import SWITCHES, Definition

if TYPE_CHECKING:
    from newapi.resources.definition import Access
    from newapi.resources.model_file import Entry, Model
    from newapi.resources.project_names import ProjectNames

_FIXED = ("plural", "api")


def decide(model: Model, project_names: ProjectNames) -> tuple[Decision, ...]:
    """Return the resources to create, change and remove, in an order that references allow.

    Raises:
        UsageError: It says everything that is wrong, with file and line.
    """
    original = project_names.definitions
    renamed, flaws = _renamed(model, original)
    recorded = moving.moved(original, renamed)
    wanted = {n: _definition(entry, recorded, project_names) for n, entry in model.entries.items()}
    around = replace(project_names, definitions=wanted)
    problems = [*model.problems, *flaws]
    decisions: list[Decision] = []
    olds = {new: original[old] for old, (new, _) in renamed.items()}
    for name, definition in wanted.items():
        before = recorded.get(name)
        is_named = before is not None and name not in olds
        flaws = _check(definition, around, before, is_named=is_named)
        if definition.bundled:
            flaws += _check_bundled(model.entries[name])
            before = before or replace(definition, fields=())
        decision, others = _compare(model.entries[name], definition, before, original.get(name))
        known = {flaw.key for flaw in flaws if flaw.key}
        flaws += (flaw for flaw in others if flaw.key not in known)
        if name in model.flawed:
            flaws = [flaw for flaw in flaws if flaw.key]
        problems += (model.located(flaw, "resources", name, *_in_fields(flaw)) for flaw in flaws)
        if decision and name in olds:
            decision = replace(decision, verb="rename", old=olds[name])
        decisions += [decision] if decision else []
    if problems:
        raise UsageError(list(dict.fromkeys(problems)))
    gone = [_gone(recorded[name]) for name in recorded.keys() - wanted.keys()]
    return in_order([*decisions, *gone])


def _gone(definition: Definition) -> Decision:
    """Return the removal of a resource; the tables of the template lose the added fields only."""
    if not definition.bundled:
        return Decision("remove", definition, (Operation("drop_table"),))
    drops = tuple(Operation("drop", old=field) for field in definition.fields)
    return Decision("change", replace(definition, fields=()), drops)


def in_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Sort decisions: a referenced resource is created first, and removed last.

    A reference that closes a circle is left out of the table at first; a change adds it later.
    """
    groups: dict[str, dict[str, Decision]] = {
        "rename": {}, "create": {}, "change": {}, "remove": {}
    }  # fmt: skip
    for decision in decisions:
        groups[decision.verb][decision.definition.name] = decision
    created = _by_reference(groups["create"])
    removed = [*reversed([*_by_reference(groups["remove"])])]
    renamed, changed = (sorted(groups[verb].values(), key=_name) for verb in ("rename", "change"))
    return (*renamed, *created, *changed, *removed)


def _by_reference(decisions: Mapping[str, Decision]) -> Iterator[Decision]:
    waiting = {name: decisions[name] for name in sorted(decisions)}
    while waiting:
        open_ends = {n: _targets(d.definition) & (waiting.keys() - {n}) for n, d in waiting.items()}
        name = next((n for n in waiting if not open_ends[n]), "")
        needed = {n: _targets(d.definition, is_required=True) for n, d in waiting.items()}
        name = name or next(n for n in waiting if not needed[n] & (waiting.keys() - {n}))
        fields = waiting[name].definition.fields
        later = tuple(f for f in fields if f.type == "ref" and f.target in open_ends[name])
        yield replace(waiting.pop(name), later=later)


def _targets(definition: Definition, *, is_required: bool = False) -> set[str]:
    return {
        field.target
        for field in definition.fields
        if field.type == "ref" and field.target and not (is_required and field.optional)
    }


def _name(decision: Decision) -> str:
    return decision.definition.name


def _renamed(
    model: Model, recorded: Mapping[str, Definition]
) -> tuple[dict[str, tuple[str, str]], list[Problem]]:
    """Return the new names of resources by their old ones, without the renames made already."""
    found: dict[str, tuple[str, str]] = {}
    problems: list[Problem] = []
    for name, entry in model.entries.items():
        if entry.was is None or name in recorded:
            continue
        if entry.was in recorded and entry.was not in model.entries and entry.was not in found:
            found[entry.was] = name, entry.plural or naming.plural_of(name)
            continue
        have = ", ".join(sorted(recorded.keys() - model.entries.keys())) or "none"
        flaw = "is still there" if entry.was in model.entries else "is not recorded"
        message = f"{name} was {entry.was}, which {flaw}."
        fix = f"Drop `was`, or one of the resources that are gone: {have}"
        problems.append(model.located(Problem(message, fix), "resources", name, "was"))
    return found, problems


def _definition(
    entry: Entry, recorded: Mapping[str, Definition], around: ProjectNames
) -> Definition:
    """Return the definition of an entry; keys that it omits keep their recorded values."""
    before = recorded.get(entry.name)
    if added_to := bundled.find(entry.name, around):
        return replace(added_to, fields=entry.fields)
    usual: Access = "owned" if around.accounts else "public"
    return Definition(
        name=entry.name,
        plural=entry.plural or (before.plural if before else naming.plural_of(entry.name)),
        access=entry.access or (before.access if before else usual),
        api=entry.api or (before.api if before else "v1"),
        fields=entry.fields,
        unique=entry.unique,
        indexes=entry.indexes,
        rules=entry.rules,
        versioned=entry.versioned,
        audited=entry.audited,
        csv=entry.csv,
        soft_delete=entry.soft_delete,
    )


def _compare(
    entry: Entry, definition: Definition, before: Definition | None, original: Definition | None
) -> tuple[Decision | None, list[Problem]]:
    if before is None:
        return Decision("create", definition, (Operation("create"),)), []
    if original == definition:
        return None, []
    problems = [
        Problem(
            f"{entry.name}: the {key} of a resource cannot be changed.",
            f"{key}: {getattr(before, key)}",
        )
        for key in _FIXED
        if getattr(before, key) != getattr(definition, key)
    ]
    operations, warnings, flaws = changes.compare(before, definition, entry.renamed)
    warnings = (
        *changes.access_warnings(before, definition, entry.owner),
        *changes.deletion_warnings(before, definition),
        *warnings,
        *changes.rule_warnings(composites.renamed(before, _names(operations)), definition),
    )
    decision = Decision("change", definition, operations, warnings, owner=entry.owner)
    return decision, [*problems, *flaws]


def _names(operations: Iterable[Operation]) -> dict[str, str]:
    """Return the new names of renamed fields by their old ones."""
    return {one.old.name: one.new.name for one in operations if one.old and one.new}


def _check(
    definition: Definition, around: ProjectNames, before: Definition | None, *, is_named: bool
) -> list[Problem]:
    if definition == before and is_named:
        return [*references.check(definition, around)]
    others = {n: each for n, each in around.definitions.items() if n != definition.name}
    alone = replace(around, definitions=others)
    return rules.check(definition, alone, is_new=not is_named)


def _check_bundled(entry: Entry) -> Iterator[Problem]:
    """Find what can be said of other resources only."""
    said: dict[str, object] = {
        "plural": entry.plural,
        "access": entry.access,
        "api": entry.api,
        "owner": entry.owner,
        "was": entry.was,
        "unique": entry.unique,
        "indexes": entry.indexes,
        "rules": entry.rules,
        **{switch: getattr(entry, switch) for switch in SWITCHES},
    }
    for key, value in said.items():
        if value:
            message = f"{entry.name}: {key}: {bundled.FEW.format(name=entry.name)}."
            yield Problem(message, f"Remove {key} from {entry.name}")


def _in_fields(problem: Problem) -> tuple[str, ...]:
    return ("fields",) if problem.key else ()

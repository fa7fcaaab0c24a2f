"""The revision of a change: one file, however many tables change."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi.project import migrations, revisions
from newapi.project.tree import Entry, Tree
from newapi.resources import composites, context, formatting, links, moving
from newapi.resources.changes import Operation
from newapi.resources.definition import DELETED_AT
from newapi.resources.rendering import key

if TYPE_CHECKING:
    from newapi.generate.decision import Decision
    from newapi.project.locations import Locations
    from newapi.resources.changes import Op
    from newapi.resources.context import Context
    from newapi.resources.definition import Definition, Field
    from newapi.resources.links import Link
    from newapi.resources.rendering import Side

_FUNCTIONS = ("upgrade", "downgrade")
_MOST_STATEMENTS = 40  # of one function; ruff allows 50
_NAMED = 2  # so many tables are named in the name of a revision


@dataclass(frozen=True)
class Piece:
    """The part of a revision that is about one table."""

    side: Side
    definition: Definition
    definitions: Mapping[str, Definition]
    operations: tuple[Operation, ...] = ()
    dropped: tuple[Context, ...] = ()  # constraints and indexes over several fields
    created: tuple[Context, ...] = ()
    old_table: str = ""  # of a table that is renamed
    owner: Context | None = None  # how owners come or go
    link: Context | None = None  # a table of links, before and after

    @property
    def table(self) -> str:
        """Return the name of the table."""
        return self.definition.plural if self.link is None else str(self.link["table"])

    def about(self, revision: Mapping[str, Any]) -> dict[str, Any]:
        """Return the context of the generator."""
        definition, definitions = self.definition, self.definitions
        steps = [context.of_operation(one, definition, definitions) for one in self.operations]
        return {
            "definition": context.of_definition(definition, definitions),
            "definitions": self.side.contexts.get(definition.name, {}).get("definitions", {}),
            "project": self.side.project,
            "revision": {
                **revision,
                "operations": steps,
                "groups": {"dropped": [*self.dropped], "created": [*self.created]},
                "old_table": self.old_table,
                "owner": self.owner,
                "link": self.link,
            },
        }


def pieces(
    decisions: Sequence[Decision], old: Side, new: Side, *, keep_tables: bool
) -> list[Piece]:
    """Return what happens to each table, in order; nothing where only schemas change."""
    groups: dict[str, list[Decision]] = {"rename": [], "create": [], "change": [], "remove": []}
    for decision in decisions:
        groups[decision.verb].append(decision)
    created, removed = groups["create"], [] if keep_tables else groups["remove"]
    names = {
        each.old.name: (each.definition.name, each.definition.plural)
        for each in groups["rename"]
        if each.old
    }
    between = moving.moved(old.definitions, names)
    added = (decision.definition for decision in groups["change"] if decision.definition.bundled)
    between = {**{each.name: replace(each, fields=()) for each in added}, **between}
    tables = {was: now for was, now in names.items() if now[1] != old.definitions[was].plural}
    kept = {each.definition.name for each in groups["remove"] if keep_tables}
    first, last = _links(old, new, decisions, kept)
    return [
        *first,
        *_renamed(old, between, tables),
        *(_whole(new, decision, new.definitions) for decision in created),
        *(piece for decision in created for piece in _later(new, decision, new.definitions)),
        *(
            piece
            for decision in (*groups["rename"], *groups["change"])
            for piece in _change(new, decision, between)
        ),
        *last,
        *(piece for decision in removed for piece in _later(old, decision, between)),
        *(_whole(old, decision, between) for decision in removed),
    ]


def _renamed(
    old: Side, between: Mapping[str, Definition], names: Mapping[str, tuple[str, str]]
) -> list[Piece]:
    """Return the renames of tables, and of everything that has their names in its own."""
    before = {name: old.definitions[name] for name in sorted(names)}
    after = {name: between[names[name][0]] for name in before}
    others = [d for name, d in sorted(old.definitions.items()) if name not in names]
    pairs = [(d, between[d.name]) for d in others if any(_leads(f, names) for f in d.fields)]
    dropped = [_keys(one, old.definitions, names) for one, _ in pairs]
    targets = {new for new, _ in names.values()}
    created = [_keys(one, between, targets) for _, one in pairs]
    drop, rename, create = (
        Operation("drop_names"), Operation("rename_table"), Operation("create_names")
    )  # fmt: skip
    return [
        *(
            Piece(old, one, old.definitions, dropped=keys)
            for (one, _), keys in zip(pairs, dropped, strict=True)
        ),
        *(Piece(old, one, old.definitions, (drop,)) for one in before.values()),
        *(
            Piece(old, one, between, (rename,), old_table=before[name].plural)
            for name, one in after.items()
        ),
        *(Piece(old, one, between, (create,)) for one in after.values()),
        *(
            Piece(old, one, between, created=keys)
            for (_, one), keys in zip(pairs, created, strict=True)
        ),
    ]


def _links(
    old: Side, new: Side, decisions: Sequence[Decision], kept: Collection[str]
) -> tuple[list[Piece], list[Piece]]:
    """Return what happens to tables of links before the other tables change, and afterwards."""
    before, after = links.of_all(old.definitions), links.of_all(new.definitions)
    renamed = _renamed_fields(decisions)
    first: list[Piece] = []
    last: list[Piece] = []
    for was, link in before.items():
        now = renamed.get(was, was)
        if now not in after and was[0] not in kept:
            first.append(_link("drop_link", old, was[0], old=link))
        elif now in after and after[now] != link:
            first.append(_link("drop_link_keys", old, was[0], old=link))
            last.append(_link("rename_link", new, now[0], old=link, new=after[now]))
    known = {renamed.get(was, was) for was in before}
    last += (_link("create_link", new, now[0], new=link)
             for now, link in after.items() if now not in known)  # fmt: skip
    return first, last


def _renamed_fields(decisions: Iterable[Decision]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the new resources and names of fields by their old ones."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for decision in decisions:
        now, was = decision.definition, decision.old or decision.definition
        names = {field.name: field.name for field in was.fields}
        names |= {one.old.name: one.new.name for one in decision.operations if one.old and one.new}
        found |= {(was.name, before): (now.name, after) for before, after in names.items()}
    return found


def _link(
    op: Op, side: Side, name: str, *, old: Link | None = None, new: Link | None = None
) -> Piece:
    told = {key: link.told() if link else None for key, link in (("old", old), ("new", new))}
    tables = [link.table for link in (new, old) if link]
    return Piece(
        *(side, side.definitions[name], side.definitions, (Operation(op),)),
        link={**told, "table": tables[0]},
    )


def _leads(field: Field, targets: Collection[str]) -> bool:
    """Tell whether a column refers to one of these resources."""
    return field.type == "ref" and field.target in targets


def _keys(
    definition: Definition, definitions: Mapping[str, Definition], targets: Collection[str]
) -> tuple[Context, ...]:
    """Return the foreign keys of a table that lead to these resources."""
    found: list[Context] = []
    for field in definition.fields:
        if _leads(field, targets):
            told = context.of_field(field, definition, definitions)
            action = f', ondelete="{told["on_delete"]}"' if told["on_delete"] else ""
            parts = f'"{told["target_plural"]}", ["{field.stored}"], ["id"]{action}'
            name = f"fk_{definition.plural}_{field.stored}_{told['target_plural']}"
            found.append({"kind": "fk", "name": name, "columns": [field.stored], "parts": parts})
    return tuple(found)


def _change(new: Side, decision: Decision, between: Mapping[str, Definition]) -> Iterator[Piece]:
    steps = tuple(
        one
        for one in decision.operations
        if one.alters_table and DELETED_AT not in (one.old, one.new)
    )
    start = between[decision.definition.name]
    if start.access != decision.definition.access:
        ungrouped = replace(start, unique=(), indexes=())
        piece = _access(new, decision, start, replace(ungrouped, access=decision.definition.access))
        if piece.dropped or piece.created:
            yield piece
            start = piece.definition
    if start.soft_delete != decision.definition.soft_delete:
        start = replace(start, soft_delete=decision.definition.soft_delete)
        yield Piece(new, start, new.definitions, (Operation("change_soft_delete"),))
    before, after = _groups(new, start), _groups(new, decision.definition)
    dropped = tuple(group for group in before if group not in after)
    created = tuple(group for group in after if group not in before)
    if steps or dropped or created:
        yield Piece(new, decision.definition, new.definitions, steps, dropped, created)


def _groups(side: Side, definition: Definition) -> list[Context]:
    """Return the constraints and indexes over several fields that the database has."""
    groups = composites.of_table(definition)
    has_search = side.project.get("database", "sqlite") != "sqlite"
    return [group for group in groups if has_search or group["kind"] != "search"]


def _access(side: Side, decision: Decision, old: Definition, new: Definition) -> Piece:
    """Return the change of the access, which can add or remove owners."""
    before, after = composites.of_access(old), composites.of_access(new)
    return Piece(
        *(side, new, side.definitions, (Operation("change_access"),)),
        dropped=tuple(one for one in before if one not in after),
        created=tuple(one for one in after if one not in before),
        owner={
            "comes": new.has_owner and not old.has_owner,
            "goes": old.has_owner and not new.has_owner,
            "email": decision.owner,
        },
    )


def _whole(side: Side, decision: Decision, definitions: Mapping[str, Definition]) -> Piece:
    """Return the creation or removal of a table, without the parts that are added later."""
    return Piece(side, _early(decision), definitions, decision.operations)


def _early(decision: Decision) -> Definition:
    """Return a resource without the fields that are added later, and without their groups."""
    names = {field.name for field in decision.later}
    whole = decision.definition
    return replace(
        whole,
        fields=tuple(field for field in whole.fields if field.name not in names),
        unique=tuple(group for group in whole.unique if names.isdisjoint(group)),
        indexes=tuple(group for group in whole.indexes if names.isdisjoint(group)),
        rules=tuple(rule for rule in whole.rules if names.isdisjoint(rule.fields)),
    )


def _later(
    side: Side, decision: Decision, definitions: Mapping[str, Definition]
) -> Iterator[Piece]:
    """Return the references that are added when all tables are there, or dropped before them."""
    if decision.later:
        is_new = decision.verb == "create"
        steps = [Operation("add", new=f) if is_new else Operation("drop", old=f)
                 for f in decision.later]  # fmt: skip
        have = _groups(side, _early(decision))
        late = [group for group in _groups(side, decision.definition) if group not in have]
        dropped, created = ([], late) if is_new else (late, [])
        yield Piece(
            *(side, decision.definition, definitions, tuple(steps)),
            dropped=tuple(dropped),
            created=tuple(created),
        )


def migrated(decisions: Iterable[Decision], parts: Iterable[Piece]) -> list[Decision]:
    """Return the decisions that change a table."""
    tables = {piece.definition.plural for piece in parts}
    return [decision for decision in decisions if decision.definition.plural in tables]


def about(decisions: Sequence[Decision], ours: Tree, places: Locations) -> dict[str, Any]:
    """Return id, parent and message of the revision."""
    down = migrations.head(ours, places)
    if len(decisions) == 1:
        words: tuple[str, ...] = (decisions[0].verb, decisions[0].definition.plural)
    else:
        words = (subject(decisions), *(f"{d.verb} {d.definition.plural}" for d in decisions))
    return {
        "id": migrations.vacant(ours, places, *words, down or ""),
        "down": down,
        "message": subject(decisions).replace("_", " ").capitalize()
        if len(decisions) > 1
        else f"{decisions[0].verb.capitalize()} {decisions[0].definition.plural}",
    }


def subject(decisions: Sequence[Decision]) -> str:
    """Return the subject of a revision, as in the name of its file."""
    verbs = {decision.verb for decision in decisions}
    verb = verbs.pop() if len(verbs) == 1 else "change"
    tables = [decision.definition.plural for decision in decisions]
    if len(tables) > _NAMED:
        return f"{verb}_{len(tables)}_tables"
    return f"{verb}_{'_and_'.join(tables)}"


def _joined(texts: Sequence[tuple[Piece, str]]) -> str:
    """Return one file with the steps of several revisions, one function for each table."""
    trees = [ast.parse(text) for _, text in texts]
    imports = dict.fromkeys(
        ast.unparse(node) for tree in trees for node in tree.body if _is_import(node)
    )
    first = texts[0][1]
    values = [ast.get_source_segment(first, node) or "" for node in trees[0].body
              if isinstance(node, ast.AnnAssign)]  # fmt: skip
    docstring = first[: first.index('"""', 3) + 3]
    functions: list[str] = []
    calls: dict[str, list[str]] = {name: [] for name in _FUNCTIONS}
    for (piece, text), tree in zip(texts, trees, strict=True):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in calls:
                name = _free_name(f"_{node.name}_{piece.table}", calls[node.name])
                calls[node.name].append(name)
                segment = ast.get_source_segment(text, node) or ""
                segment = segment.replace(f"def {node.name}(", f"def {name}(", 1)
                functions.append(segment.replace(f'    """{_title(node)}"""\n', "", 1))
    ends = [_calling("upgrade", calls["upgrade"]), _calling("downgrade", calls["downgrade"][::-1])]
    blocks = [docstring, "\n".join(imports), "\n".join(values), *ends, *functions]
    return "\n\n\n".join(blocks) + "\n"


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _title(node: ast.FunctionDef) -> str:
    return ast.get_docstring(node) or ""


def _free_name(name: str, taken: Sequence[str]) -> str:
    """Return the name of a function; a table that is changed twice has two."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _calling(name: str, functions: Sequence[str]) -> str:
    lines = "\n".join(f"    {function}()" for function in functions)
    if len(functions) > _MOST_STATEMENTS:
        lines = f"    for step in ({', '.join(functions)}):\n        step()"
    return f'def {name}() -> None:\n    """{name.capitalize()} the schema."""\n{lines}'


def rendered(
    parts: Sequence[Piece], revision: Mapping[str, Any], made: Mapping[str, Tree], name: str
) -> Tree:
    """Return the file of a revision out of the rendered pieces."""
    texts = [
        (piece, entry.data.decode())
        for piece in parts
        for entry in made[key(piece.side, piece.about(revision))].values()
    ]
    path = revisions.path_of(revision["id"], name)
    if len(texts) == 1:
        return {path: Entry(texts[0][1].encode())}
    with tempfile.TemporaryDirectory(prefix="newapi-revision-") as folder:
        file = Path(folder, "revision.py")
        file.write_text(_joined(texts), encoding="utf-8")
        formatting.tidy(Path(folder))
        return {path: Entry(file.read_bytes())}

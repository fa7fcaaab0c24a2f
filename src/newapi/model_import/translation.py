"""Make definitions of the tables of a source, and say what has no equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from newapi.errors import Problem
from newapi.model_import import column_fields, column_types, resource_names, source_users
from newapi.model_import.resource_names import ResourceName
from newapi.model_import.source_model import (
    BUILT_IN_USER,
    Column,
    Note,
    Reference,
    SourceModel,
    Table,
)
from newapi.resources import (
    composites,
    field_rules,
    fields,
    kinds,
    limits,
    naming,
    references,
    reserved,
    rules,
)
from newapi.resources.definition import Access, Definition, Field, OnDelete, Rule
from newapi.resources.project_names import ProjectNames
from newapi.resources.users import USERS

# Tables in which tools record the migrations that a database has.
_OF_MIGRATIONS = frozenset(
    {
        "alembic_version", "django_migrations", "schema_migrations", "ar_internal_metadata",
        "_prisma_migrations", "flyway_schema_history", "databasechangelog",
        "databasechangeloglock", "knex_migrations", "knex_migrations_lock",
        "__efmigrationshistory", "__diesel_schema_migrations", "doctrine_migration_versions",
        "sequelizemeta", "goose_db_version",
    }
)  # fmt: skip
_WHOLE = frozenset(
    {
        "int", "integer", "smallint", "bigint", "tinyint", "mediumint", "serial", "bigserial",
        "smallserial", "int2", "int4", "int8", "long", "decimal", "numeric", "number", "uuid",
        "uniqueidentifier", "boolean",
    }
)  # fmt: skip
_MOST_PROPOSALS = 200  # for one table: a proposal may lead to another one
_LINKED = 2
_NAME = Field(name="name", type="str", min=1, max=100, optional=True)
_TIMES = ("created_at", "updated_at")


@dataclass(frozen=True)
class Count:
    """How many there are in the source, and how many of them in the definitions."""

    found: int
    taken: int


@dataclass(frozen=True)
class Resource:
    """A resource; its description and access are those that the source knows."""

    definition: Definition
    description: str
    access: Access | None


@dataclass(frozen=True)
class Translation:
    """Everything that is written, and everything that is not."""

    resources: tuple[Resource, ...]
    notes: tuple[Note, ...]
    fields: Count
    relations: Count


@dataclass
class _Draft:
    """A table on its way to a resource."""

    table: Table
    name: ResourceName
    fields: list[Field] = field(default_factory=list)
    by_column: dict[str, str] = field(default_factory=dict)  # the fields of columns
    unique: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    access: Access | None = None
    left_out: set[str] = field(default_factory=set)  # columns
    relations: int = 0

    @property
    def taken(self) -> set[str]:
        """Return the names that a field more cannot have."""
        return {each.name for each in self.fields} | {each.column for each in self.fields}

    def field(self, name: str) -> Field | None:
        """Return the field of this name."""
        return next((each for each in self.fields if each.name == name), None)

    def definition(self) -> Definition:
        """Return the definition as far as it goes."""
        return Definition(
            name=self.name.name,
            plural=self.name.plural,
            access=self.access or "owned",
            fields=tuple(self.fields),
            unique=tuple(self.unique),
            indexes=tuple(self.indexes),
            rules=tuple(self.rules),
        )


def translate(source: SourceModel, around: ProjectNames) -> Translation:
    """Return definitions for all tables; `around` is the project that they are for."""
    return _Translator(source, around).translate()


class _Translator:
    def __init__(self, source: SourceModel, around: ProjectNames) -> None:
        self._around = replace(around, definitions={})
        self._notes: list[Note] = []
        source = self._without_migrations(source)
        self._users = source_users.table_of_users(source, around)
        self._profile: Table | None = None
        if self._users:
            self._profile = source_users.profile_of(source, self._users)
            source = source_users.without(source, self._users, self._profile)
            self._notes += source_users.notes(self._users, self._profile)
        elif around.accounts:
            self._notes += source_users.built_in_notes(source)
        self._source = source
        names = resource_names.of_tables(source, self._around, self._notes)
        self._drafts = {
            table.name.lower(): _Draft(table, names[table.name]) for table in source.tables
        }

    def translate(self) -> Translation:
        """Translate fields first, then what needs them: groups, and rules over resources."""
        links = [draft for draft in self._drafts.values() if self._is_link(draft)]
        for link in links:
            del self._drafts[link.table.name.lower()]
        drafts = [*self._drafts.values()]
        for draft in drafts:
            self._add_fields(draft)
        for link in links:
            self._add_many(link)
        for draft in drafts:
            self._require_field(draft)
            self._keep_unique_for_all(draft)
            self._add_groups(draft)
        self._break_cycles()
        self._let_circles_be_deleted()
        while any(self._let_user_be_deleted(draft) for draft in drafts):
            pass
        for draft in drafts:
            self._drop_unfit(draft)  # a reference may be optional by now
            self._mend(draft)
            self._add_rules(draft)
        resources = tuple(
            Resource(draft.definition(), draft.table.description, draft.access) for draft in drafts
        )
        return Translation(
            resources,
            (*self._notes, *self._source.notes),
            self._count_fields(drafts),
            self._count_relations((*drafts, *links)),
        )

    def _without_migrations(self, source: SourceModel) -> SourceModel:
        """Return the tables that hold data of the application."""
        found = [each for each in source.tables if each.name.lower() in _OF_MIGRATIONS]
        for table in found:
            self._note(table.name, "it records migrations, as Alembic does here", table.line)
        return replace(source, tables=tuple(each for each in source.tables if each not in found))

    def _count_relations(self, drafts: Iterable[_Draft]) -> Count:
        added = 1 if self._profile else 0  # the source has none that leads to the profile
        found = sum(len(draft.table.references) for draft in drafts)
        return Count(found - added, sum(draft.relations for draft in drafts) - added)

    def _count_fields(self, drafts: Iterable[_Draft]) -> Count:
        of_users = source_users.kept_columns(self._users) if self._users else []
        plain = [source_users.plain_columns(draft.table) for draft in drafts]
        lost = sum(len(draft.left_out) for draft in drafts)
        found = len(of_users) + sum(map(len, plain))
        return Count(found, found - lost)

    def _note(self, subject: str, message: str, line: int | None, written: str = "") -> None:
        self._notes.append(Note(subject, message, written, line))

    # Fields

    def _add_fields(self, draft: _Draft) -> None:
        table = draft.table
        referring = self._references_by_column(draft)
        for column in table.columns:
            if column.name in referring:
                reference = referring[column.name]
                if reference.columns[0] == column.name:
                    self._add_reference(draft, reference)
            elif self._is_own(draft, column):
                self._add_field(draft, column)
        for reference in table.references:
            if not reference.columns:
                self._add_reference(draft, reference)

    def _require_field(self, draft: _Draft) -> None:
        """Add a field to a resource of which requests could set none: others may refer to it."""
        if all(each.is_file for each in draft.fields):
            name = replace(_NAME, name=resource_names.of_field(_NAME.name, draft.taken))
            draft.fields.append(name)
            self._note(draft.table.name, "a resource has one field at least", draft.table.line,
                       fields.render(name))  # fmt: skip

    def _references_by_column(self, draft: _Draft) -> dict[str, Reference]:
        """Return which reference takes the place of each column.

        A reference by several columns takes those that no other reference has.
        """
        known = [
            each for each in draft.table.references
            if each.columns and (each.table.lower() in self._drafts or self._is_user(each))
        ]  # fmt: skip
        for each in draft.table.references:
            if each.columns and each not in known:
                where = f"{draft.table.name}.{', '.join(each.columns)}"
                self._note(where, f"the source has no table {each.table}", each.line)
        found = self._single_references(draft, known)
        for each in known:
            own = tuple(name for name in each.columns if name not in found)
            if len(each.columns) > 1:
                where = f"{draft.table.name}.{', '.join(each.columns)}"
                written = f"one reference to {each.table}, by its id" if own else ""
                self._note(where, "a reference has one column", each.line, written)
                found |= dict.fromkeys(own, replace(each, columns=own, name=each.table))
        return found

    def _single_references(self, draft: _Draft, known: list[Reference]) -> dict[str, Reference]:
        found: dict[str, Reference] = {}
        for each in known:
            column = each.columns[0]
            if len(each.columns) == 1 and column in found:
                message = f"it refers to {found[column].table} already, not to {each.table}"
                self._note(f"{draft.table.name}.{column}", message, each.line)
            elif len(each.columns) == 1:
                found[column] = each
        return found

    def _is_user(self, reference: Reference) -> bool:
        return reference.table == BUILT_IN_USER and BUILT_IN_USER.lower() not in self._drafts

    def _can_refer_to_user(self, reference: Reference) -> bool:
        return self._around.accounts and self._is_user(reference)

    def _owner(self, draft: _Draft) -> Reference | None:
        """Return the reference to the owner of a row."""
        owner = source_users.owner_of(draft.table)
        return owner if owner and self._is_user(owner) else None

    def _is_own(self, draft: _Draft, column: Column) -> bool:
        """Tell whether a column becomes a field; every resource has some already."""
        table, name = draft.table, resource_names.of_column(column.name)
        where = f"{table.name}.{column.name}"
        if table.key == (column.name,) and (name == "id" or _is_surrogate(column)):
            self._note(where, "every resource has a key of its own", column.line, "id: a UUID")
            return False
        if name in _TIMES:
            self._note(where, f"every resource has {name}", column.line, name)
            return False
        if column.is_computed:
            self._leave_out(draft, column, "there are no computed columns")
            return False
        if len(draft.fields) >= rules.MAX_FIELDS:
            self._leave_out(draft, column, f"a resource has at most {rules.MAX_FIELDS} fields")
            return False
        return True

    def _leave_out(self, draft: _Draft, column: Column, message: str) -> None:
        draft.left_out.add(column.name)
        self._note(f"{draft.table.name}.{column.name}", message, column.line)

    def _add_field(self, draft: _Draft, column: Column) -> None:
        table = draft.table
        is_key = table.key == (column.name,)
        is_unique = column.is_unique or is_key or (column.name,) in table.unique
        is_grouped = any(
            column.name in group for group in (*table.unique, *table.indexes, table.key)
        )
        wanted = replace(
            column, is_unique=is_unique, is_required=column.is_required or column.name in table.key
        )
        if not self._around.storage and column.type in column_types.UPLOADED:
            message = f"projects with storage have {column_types.UPLOADED[column.type]} fields"
            self._note(f"{table.name}.{column.name}", message, column.line, "bytes")
            wanted = replace(wanted, type="blob")
        name = resource_names.of_field(column.name, draft.taken, column_types.of_table(table))
        made = column_fields.make(name, wanted, is_indexed=is_unique or is_grouped)
        for message in made.notes:
            written = fields.render_type(made.field) if made.field else ""
            self._note(f"{table.name}.{column.name}", message, column.line, written)
        if made.field is None:
            draft.left_out.add(column.name)
            return
        draft.fields.append(self._with_column(draft, made.field, column))
        draft.by_column[column.name] = name

    def _with_column(self, draft: _Draft, made: Field, column: Column) -> Field:
        """Return a field that is stored under the name that its column has in the source."""
        stored = resource_names.of_column(column.name)
        if stored == made.column:
            return made
        where = f"{draft.table.name}.{column.name}"
        self._note(where, "a field cannot be called so", column.line, made.name)
        is_taken = stored in {"id", *_TIMES, *(field.stored for field in draft.fields)}
        can_keep = stored and not made.unique and not is_taken
        return replace(made, column_name=stored) if can_keep else made

    # Links of many to many

    def _is_link(self, draft: _Draft) -> bool:
        """Tell whether a table only links the rows of two others, each pair once."""
        table = draft.table
        columns = [each.columns for each in table.references if len(each.columns) == 1]
        linked = tuple(sorted(name for (name,) in columns))
        others = {each.name for each in table.columns} - {*linked}
        are_targets = all(
            each.table.lower() in self._drafts or self._can_refer_to_user(each)
            for each in table.references
        ) and not all(map(self._is_user, table.references))
        referred = {
            r.table.lower() for each in self._drafts.values() for r in each.table.references
        }
        return (
            len(columns) == len(table.references) == len({*linked}) == _LINKED
            and linked in {tuple(sorted(group)) for group in (table.key, *table.unique)}
            and are_targets
            and table.name.lower() not in {*referred}
            and all(resource_names.of_column(name) in {"id", *_TIMES} for name in others)
        )

    def _add_many(self, link: _Draft) -> None:
        """Give the first of two linked resources a field with many rows of the second."""
        first, second = sorted(link.table.references, key=self._is_user)
        owner = self._drafts[first.table.lower()]
        name = naming.plural_of(resource_names.of_reference(second.columns[0]))
        made = Field(
            name=resource_names.of_field(name, owner.taken),
            type="many",
            target=USERS.name
            if self._is_user(second)
            else self._drafts[second.table.lower()].name.name,
        )
        owner.fields.append(made)
        link.relations = _LINKED
        written = f"{owner.name.name}.{fields.render(made)}"
        self._note(link.table.name, "it only links rows", link.table.line, written)

    # References

    def _add_reference(self, draft: _Draft, reference: Reference) -> None:
        where = f"{draft.table.name}.{reference.name or ', '.join(reference.columns)}"
        if self._is_user(reference):
            self._add_user(draft, reference, where)
            return
        target = self._drafts.get(reference.table.lower())
        if target is None:
            self._note(where, f"there is no table {reference.table}", reference.line)
            return
        made = self._reference_field(draft, reference, target.name.name)
        self._append_reference(draft, reference, self._with_deletion(made, reference, where))
        self._check_key(reference, target.table, where, made)

    def _check_key(
        self, reference: Reference, target: Table | None, where: str, made: Field
    ) -> None:
        """Say that a reference leads to another column than the key."""
        if target and reference.target_columns and reference.target_columns != target.key:
            column = f"{target.name}.{', '.join(reference.target_columns)}"
            message = f"it refers to {column}, which is not the key"
            self._note(where, message, reference.line, fields.render_type(made))

    def _append_reference(self, draft: _Draft, reference: Reference, made: Field) -> None:
        made = _with_column_name(made, reference.columns)
        draft.fields.append(made)
        draft.by_column |= dict.fromkeys(reference.columns, made.name)
        draft.relations += 1

    def _reference_field(self, draft: _Draft, reference: Reference, target: str) -> Field:
        columns = [one for name in reference.columns if (one := draft.table.column(name))]
        key = self._key_without_owner(draft)
        is_key = bool(columns) and reference.columns in (key, *draft.table.unique)
        is_required = reference.is_required or (bool(columns) and all(
            column.is_required or column.name in draft.table.key for column in columns
        ))  # fmt: skip
        return Field(
            name=self._name_of_reference(draft, reference, target),
            type="ref",
            target=target,
            optional=not is_required,
            unique=reference.is_unique or is_key or any(column.is_unique for column in columns),
            description=column_fields.description_of(reference.description) or None,
        )

    def _key_without_owner(self, draft: _Draft) -> tuple[str, ...]:
        """Return the columns that make a row unique among those of its owner."""
        owner = self._owner(draft)
        return tuple(name for name in draft.table.key if not owner or name not in owner.columns)

    def _name_of_reference(self, draft: _Draft, reference: Reference, target: str) -> str:
        if reference.name:
            return resource_names.of_field(reference.name, draft.taken)
        name = resource_names.of_reference(reference.columns[0])
        if name == "id":
            name = target
        taken = {*draft.taken, *(name.removesuffix("_id") for name in draft.taken)}
        return resource_names.of_field(name, taken)

    def _with_deletion(self, made: Field, reference: Reference, where: str) -> Field:
        """Return a reference with its action on deletion."""
        match reference.on_delete:
            case "cascade":
                return replace(made, on_delete="cascade")
            case "restrict" if made.optional:
                return replace(made, on_delete="restrict")
            case "set_null" if not made.optional:
                message = "ON DELETE SET NULL needs a column that may be NULL"
                self._note(where, message, reference.line, "on_delete: restrict")
        return made

    def _add_user(self, draft: _Draft, reference: Reference, where: str) -> None:
        if reference == self._owner(draft):
            draft.access = "owned"
            draft.relations += 1
            draft.by_column |= dict.fromkeys(reference.columns, "owner")
            message = "a row belongs to the user who makes it"
            self._note(where, message, reference.line, "access: owned")
        elif not self._around.accounts:
            self._note(where, "a project without accounts has no users", reference.line)
        else:
            made = self._reference_field(draft, reference, USERS.name)
            made = self._with_deletion_of_user(made, reference, where)
            self._append_reference(draft, reference, made)
            self._check_key(reference, self._users, where, made)

    def _with_deletion_of_user(self, made: Field, reference: Reference, where: str) -> Field:
        """Return a reference that keeps no user from deleting the own account."""
        if reference.on_delete == "cascade":
            return replace(made, on_delete="cascade")
        message = "it would keep users from deleting their accounts"
        if not made.optional:
            self._note(where, message, reference.line, "on_delete: cascade")
            return replace(made, on_delete="cascade")
        if reference.on_delete == "restrict":
            self._note(where, message, reference.line, "on_delete: set_null")
        return made

    def _keep_unique_for_all(self, draft: _Draft) -> None:
        """Compare unique values with those of all owners, as the database of the source does."""
        if draft.access != "owned":
            return
        for index, made in enumerate(draft.fields):
            if made.unique and made.name != self._unique_for_owner(draft):
                draft.fields[index] = replace(made, unique_for="all")

    def _unique_for_owner(self, draft: _Draft) -> str:
        """Return the field that is the key together with the owner, if there is such a field."""
        key = self._key_without_owner(draft)
        return draft.by_column.get(key[0], "") if len(key) == 1 and key != draft.table.key else ""

    # Groups

    def _add_groups(self, draft: _Draft) -> None:
        table = draft.table
        unique = [group for group in table.unique if len(group) > 1]
        by_owner = draft.field(self._unique_for_owner(draft))
        if len(table.key) > 1 and not (by_owner and by_owner.unique):
            unique = [table.key, *(group for group in unique if group != table.key)]
        unique.sort(key=len)  # a short group implies the longer ones that contain it
        for kind, groups in (("unique", unique), ("indexes", table.indexes)):
            for group in groups:
                self._add_group(draft, kind, group)
        for group in table.unique:
            self._check_single(draft, group)

    def _check_single(self, draft: _Draft, group: Sequence[str]) -> None:
        """Say that a column is not unique any more, where its type does not allow it."""
        made = draft.field(draft.by_column.get(group[0], ""))
        if len(group) == 1 and made and not made.unique:
            message = "its type has no unique values"
            self._note(f"{draft.table.name}.{group[0]}", message, None, fields.render_type(made))

    def _add_group(self, draft: _Draft, key: str, group: Sequence[str]) -> None:
        where = f"{draft.table.name} ({', '.join(group)})"
        if key == "indexes":  # those of lists end with the time and the id
            group = [n for n in group if n in draft.by_column or n not in self._own(draft)]
        names = tuple(dict.fromkeys(draft.by_column[n] for n in group if n in draft.by_column))
        lost = [name for name in group if name not in draft.by_column]
        if not names or (not lost and self._is_indexed(draft, names)):
            return
        if lost:
            self._note(where, f"{key}: {', '.join(lost)} is no field", draft.table.line)
            return
        groups = draft.unique if key == "unique" else draft.indexes
        alone = replace(draft.definition(), unique=(), indexes=())
        alone = _with_groups(alone, key, (*groups, names))
        if problems := [*composites.check(alone)]:
            message = problems[0].message.partition(": ")[2].rstrip(".")
            self._note(where, message, draft.table.line)
        else:
            groups.append(names)
            if key == "unique" and draft.access == "owned" and "owner" not in names:
                message = "rows of one owner are compared, not those of all"
                self._note(where, message, draft.table.line, f"unique: [{', '.join(names)}]")

    def _own(self, draft: _Draft) -> set[str]:
        """Return the columns that every resource has."""
        return {
            each.name
            for each in draft.table.columns
            if draft.table.key == (each.name,)
            or resource_names.of_column(each.name) in {"id", *_TIMES}
        }

    def _add_rules(self, draft: _Draft) -> None:
        """Add the rules that the fields can have, as all of them are known."""
        around = replace(self._around, definitions=self._definitions())
        for each in draft.table.rules:
            names = tuple(draft.by_column[name] for name in each.columns if name in draft.by_column)
            before = [*draft.rules]
            if len(names) == len(each.columns):
                draft.rules.append(Rule(each.kind, names, each.sign))
            if draft.rules == before or self._has_flawed_rule(draft, around):
                draft.rules = before
                message = f"there is no rule like CHECK ({each.text})"
                self._note(draft.table.name, message, each.line)

    def _has_flawed_rule(self, draft: _Draft, around: ProjectNames) -> bool:
        found = draft.definition()
        return any(field_rules.check(found, around.database)) or bool(_long_names(found, around))

    def _is_indexed(self, draft: _Draft, names: Sequence[str]) -> bool:
        """Tell whether these fields have an index already."""
        if tuple(names) in (*draft.unique, *draft.indexes, ("owner",)):
            return True
        found = draft.field(names[0])
        return found is not None and len(names) == 1 and (found.unique or found.type == "ref")

    # Rules

    def _definitions(self) -> Mapping[str, Definition]:
        found = [draft.definition() for draft in self._drafts.values()]
        return {each.name: each for each in found}

    def _break_cycles(self) -> None:
        """Make a reference optional wherever rows could not be made otherwise."""
        for draft in self._drafts.values():
            for index, made in enumerate(draft.fields):
                if made.type == "ref" and made.target == draft.name.name and not made.optional:
                    message = "the first row could refer to none"
                    self._make_optional(draft, index, message)
        for draft in self._drafts.values():
            while path := self._cycle(draft):
                index = next(
                    n for n, made in enumerate(draft.fields)
                    if made.type == "ref" and made.target == path[1] and not made.optional
                )  # fmt: skip
                message = f"each needs the next one to exist first: {' → '.join(path)}"
                self._make_optional(draft, index, message)

    def _let_circles_be_deleted(self) -> None:
        """Let no optional reference keep rows that refer back: neither could be deleted first."""
        for draft in self._drafts.values():
            for index, made in enumerate(draft.fields):
                is_kept = made.optional and made.on_delete == "restrict"
                if is_kept and self._leads_back(draft, made):
                    draft.fields[index] = replace(made, on_delete=None)
                    where = f"{draft.table.name}.{made.name}"
                    message = "rows that refer to each other could not be deleted"
                    self._note(where, message, draft.table.line, "on_delete: set_null")

    def _let_user_be_deleted(self, draft: _Draft) -> bool:
        """Let no reference keep rows that are deleted with a user; tell whether one did."""
        around = replace(self._around, definitions=self._definitions())
        definition = draft.definition()
        is_changed = False
        for index, made in enumerate(draft.fields):
            target = around.definitions.get(made.target or "")
            if target and references.blocks_users(definition, made, target, around):
                deletion: OnDelete | None = None if made.optional else "cascade"
                draft.fields[index] = replace(made, on_delete=deletion)
                where = f"{draft.table.name}.{made.name}"
                message = "it would keep users from deleting their accounts"
                written = f"on_delete: {draft.fields[index].deletion}"
                self._note(where, message, draft.table.line, written)
                is_changed = True
        return is_changed

    def _leads_back(self, draft: _Draft, made: Field) -> bool:
        """Tell whether a reference to another resource is part of a circle."""
        definitions = self._definitions()
        seen, waiting = {draft.name.name}, [made.target or ""]
        if made.target == draft.name.name:
            return False
        while waiting:
            name = waiting.pop()
            found = definitions[name].fields if name in definitions else ()
            targets = {f.target for f in found if f.type == "ref" and f.target}
            if draft.name.name in targets:
                return True
            waiting += targets - seen
            seen |= targets
        return False

    def _cycle(self, draft: _Draft) -> list[str]:
        return references.cycle(draft.definition(), self._definitions())

    def _make_optional(self, draft: _Draft, index: int, message: str) -> None:
        made = draft.fields[index]
        deletion = made.on_delete or "restrict"
        draft.fields[index] = replace(made, optional=True, on_delete=deletion)
        where = f"{draft.table.name}.{made.name}"
        self._note(where, message, draft.table.line, fields.render_type(draft.fields[index]))

    def _mend(self, draft: _Draft) -> None:
        """Apply the proposals of the generator until it accepts the definition."""
        seen: set[Problem] = set()
        around = replace(self._around, definitions=self._definitions())
        if _long_names(draft.definition(), around):
            self._shorten(draft, around)
        for _ in range(_MOST_PROPOSALS):
            around = replace(self._around, definitions=self._definitions())
            found = rules.check(draft.definition(), around, is_new=False)
            problem = next((each for each in found if each not in seen), None)
            if problem is None:
                return
            seen.add(problem)
            if not self._take_proposal(draft, problem):
                self._note(draft.table.name, problem.message.rstrip("."), draft.table.line,
                           f"not mended: {problem.fix}")  # fmt: skip

    def _take_proposal(self, draft: _Draft, problem: Problem) -> bool:
        proposed, flaws = fields.read([problem.fix])
        if flaws or len(proposed) != 1:
            return False
        (made,) = proposed
        about = (problem.key, made.name, problem.message.partition(" ")[0])
        known = [each.name for each in draft.fields]
        name = next((each for each in about if each in known), "")
        if not name:
            return False
        index = known.index(name)
        before = draft.fields[index]
        if made in _examples(before):
            made = _without_bounds(before)
        if made == before:
            return False
        draft.fields[index] = made
        self._rename(draft, before.name, made.name)
        written = fields.render(made) if made.name != name else fields.render_type(made)
        message = problem.message.removeprefix(f"{name}: ").rstrip(".")
        self._note(f"{draft.table.name}.{name}", message, draft.table.line, written)
        self._drop_unfit(draft)
        return True

    def _drop_unfit(self, draft: _Draft) -> None:
        """Leave out the groups that a field with another type does not fit into any more."""
        for kind, groups in (("unique", draft.unique), ("indexes", draft.indexes)):
            for group in [*groups]:
                alone = replace(draft.definition(), unique=(), indexes=())
                if problems := [*composites.check(_with_groups(alone, kind, (group,)))]:
                    groups.remove(group)
                    where = f"{draft.table.name} ({', '.join(group)})"
                    message = problems[0].message.partition(": ")[2].rstrip(".")
                    self._note(where, message, draft.table.line)

    def _shorten(self, draft: _Draft, around: ProjectNames) -> None:
        """Find shorter names, where those of tables would be too long for a database."""
        for plural in _short_plurals(draft.name.name):
            if self._is_free(plural) and _long_names(draft.definition(), around):
                draft.name = ResourceName(draft.name.name, plural)
                self._shorten_references(draft, around)
        message = "names of its tables would be too long for a database"
        self._note(draft.table.name, message, draft.table.line, f"plural: {draft.name.plural}")

    def _shorten_references(self, draft: _Draft, around: ProjectNames) -> None:
        for index, made in enumerate(draft.fields):
            if made.target and self._is_long_reference(draft, made, around):
                self._shorten_reference(draft, index, around)

    def _is_free(self, plural: str) -> bool:
        names = {n for each in self._drafts.values() for n in (each.name.name, each.name.plural)}
        taken = {*names, *self._around.modules, *self._around.tables}
        return plural not in taken and not reserved.flaw_of_word(plural)

    def _is_long_reference(self, draft: _Draft, made: Field, around: ProjectNames) -> bool:
        alone = replace(draft.definition(), fields=(made,), unique=(), indexes=())
        return bool(_long_names(alone, around))

    def _shorten_reference(self, draft: _Draft, index: int, around: ProjectNames) -> None:
        """Give a reference a shorter name: its last word, or the beginnings of all its words."""
        made = draft.fields[index]
        *words, last = made.name.split("_")
        short = "_".join([*(word[:4] for word in words), last])
        for name in (last, short, f"{last[:4].rstrip('s')}s"):
            free = resource_names.of_field(name, draft.taken)
            shorter = replace(made, name=free, column_name=None)
            if not self._is_long_reference(draft, shorter, around):
                draft.fields[index] = shorter
                self._rename(draft, made.name, free)
                where = f"{draft.table.name}.{made.name}"
                message = "the name of its table would be too long for a database"
                self._note(where, message, draft.table.line, free)
                return

    def _rename(self, draft: _Draft, old: str, new: str) -> None:
        for groups in (draft.unique, draft.indexes):
            groups[:] = [tuple(new if name == old else name for name in group) for group in groups]
        draft.by_column = {c: new if n == old else n for c, n in draft.by_column.items()}


def _is_surrogate(column: Column) -> bool:
    """Tell whether a key of one column says nothing but which row it is; others hold data."""
    default = column.default.text.lower() if column.default else ""
    is_counted = column.is_counted or "serial" in column.type or default.startswith("nextval(")
    is_id = resource_names.of_column(column.name).endswith(("id", "key", "pk"))
    return column.type in _WHOLE and (is_counted or is_id)


def _short_plurals(name: str) -> Iterator[str]:
    """Return plurals, each shorter than the one before."""
    words = name.split("_")
    short = [word[:4] for word in words]
    yield naming.plural_of("_".join([*short[:-1], words[-1]]))
    yield naming.plural_of("_".join(short))
    yield naming.plural_of("".join(word[0] for word in words))


def _long_names(definition: Definition, around: ProjectNames) -> list[str]:
    """Return the names of tables and indexes that a database would refuse."""
    plurals = limits.plurals(around.definitions)
    groups = composites.spelled_names(definition)
    return limits.long_identifiers(definition, plurals, groups)


def _with_column_name(made: Field, columns: tuple[str, ...]) -> Field:
    """Return a reference that is stored under the name that its column has in the source."""
    stored = resource_names.of_column(columns[0]) if len(columns) == 1 else ""
    if not stored or stored == made.column or made.unique or stored in {"id", *_TIMES}:
        return made
    return replace(made, column_name=stored)


def _with_groups(
    definition: Definition, key: str, groups: tuple[tuple[str, ...], ...]
) -> Definition:
    if key == "unique":
        return replace(definition, unique=groups)
    return replace(definition, indexes=groups)


def _examples(made: Field) -> Iterator[Field]:
    """Return the example that the generator gives where it has no proposal."""
    found, _ = fields.read([f"{made.name}:{kinds.KINDS[made.type].example}"])
    yield from found


def _without_bounds(made: Field) -> Field:
    return replace(made, gt=None, ge=None, lt=None, le=None, default=None, unique=False)

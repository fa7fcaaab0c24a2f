"""Who may read and write rows, to whose rows they refer, and for whom values are unique."""

from __future__ import annotations

import pytest

from newapi.resources.definition import ACCESSES, OWNED
from tests.unit.resources.test_model_file import decide, defined, refused


def note(access: str, fields: str = "title: str(1..100, unique)", more: str = "") -> str:
    """Return a file with one resource."""
    return f"resources:\n  note:\n    access: {access}\n    fields:\n      {fields}\n{more}"


def pair(first: str, second: str, reference: str) -> str:
    """Return a file with a resource that refers to another one."""
    return (
        f"resources:\n  note:\n    access: {first}\n    fields:\n      title: str\n"
        f"  reply:\n    access: {second}\n    fields:\n      note: {reference}\n"
    )


@pytest.mark.parametrize("access", ACCESSES)
def test_rows_have_owners_where_owners_write(access: str) -> None:
    assert defined(note(access))["note"].has_owner == (access in OWNED)


@pytest.mark.parametrize(
    ("access", "option", "is_per_owner"),
    [
        ("owned", "unique", True),
        ("owned", "unique=all", False),
        ("owner_writes", "unique", False),
        ("owner_writes", "unique=owner", True),
        ("public", "unique", False),
    ],
)
def test_values_are_unique_for_one_owner_or_for_all(
    access: str, option: str, *, is_per_owner: bool
) -> None:
    definition = defined(note(access, f"title: str(1..100, {option})"))["note"]

    assert definition.is_unique_per_owner(definition.fields[0]) == is_per_owner


def test_nothing_is_unique_for_owners_of_rows_without_one() -> None:
    why = refused(note("public", "title: str(1..100, unique=owner)"))

    assert "models.yml:5: title: rows of notes have no owner. -> title: str(1..100, unique)" in why


def test_owner_is_part_of_a_group() -> None:
    more = "      room: int\n    unique:\n      - [owner, room]\n"
    found = defined(note("owner_writes", more=more))["note"]

    assert found.columns(found.unique[0]) == ["owner_id", "room"]
    assert "names owner, which is no field" in refused(note("public", more=more))


@pytest.mark.parametrize(
    ("first", "second", "reference", "is_own"),
    [
        ("owned", "owned", "ref(note)", True),
        ("owner_writes", "owner_writes", "ref(note, rows=own)", True),
        ("owner_writes", "owner_writes", "ref(note)?", False),
        ("owner_writes", "owner_writes", "ref(note, rows=any, on_delete=cascade)", False),
        ("public", "owned", "ref(note)", False),
    ],
)
def test_references_lead_to_rows_of_the_same_owner_or_of_all(
    first: str, second: str, reference: str, *, is_own: bool
) -> None:
    found = defined(pair(first, second, reference))

    assert found["reply"].refers_to_own_rows(found["reply"].fields[0], found["note"]) == is_own


@pytest.mark.parametrize(
    ("first", "second", "reference", "why"),
    [
        ("owned", "owned", "ref(note, rows=any)", "notes of other users are private"),
        ("public", "owned", "ref(note, rows=own)", "rows of notes have no owner"),
        ("owner_writes", "owned", "ref(note)", "keep the owner of a note from deleting it"),
        ("owned", "owner_writes", "ref(note)?", "reply is read by everybody, but note by its own"),
        ("signed_in", "owner_writes", "ref(note)?", "but note by signed-in users"),
        ("admin", "signed_in", "ref(note)?", "but note by administrators only"),
    ],
)
def test_references_that_show_or_block_rows_of_others_are_refused(
    first: str, second: str, reference: str, why: str
) -> None:
    told = refused(pair(first, second, reference))

    assert "models.yml:9: " in told
    assert why in told


def test_access_changes_in_one_step() -> None:
    before = defined(note("public"))
    owner = "    owner: ada@example.com\n"

    (decision,) = decide(note("owned", more=owner), before)

    assert (decision.verb, decision.definition.access) == ("change", "owned")
    assert (decision.owner, decision.warnings) == ("ada@example.com", ())
    assert decide(note("owned", more=owner), defined(note("owned"))) == []


@pytest.mark.parametrize(
    ("before", "after", "warnings"),
    [
        ("public", "owned", ["The rows of notes need an owner"]),
        ("owned", "signed_in", ["The owners of notes are lost.", "read by signed-in users"]),
        ("owned", "owner_writes", ["All notes can be read by everybody"]),
        ("admin", "public", ["All notes can be read by everybody"]),
        ("public", "admin", []),
    ],
)
def test_lost_owners_and_new_readers_are_told(before: str, after: str, warnings: list[str]) -> None:
    (decision,) = decide(note(after), defined(note(before)))

    assert len(decision.warnings) == len(warnings)
    assert all(part in told for part, told in zip(warnings, decision.warnings, strict=True))


def test_owner_of_old_rows_is_an_address() -> None:
    assert "models.yml:6: owner: it is not an e-mail address" in refused(
        note("owned", more="    owner: ada\n")
    )

"""References to the users of a project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newapi.resources import context, diagram, needs, references
from newapi.resources.definition import Access
from newapi.resources.project_names import ProjectNames
from newapi.resources.users import references_to_users
from newapi.template.features import Resolution
from tests.unit.resources.samples import make, problems

ACCESSES: tuple[Access, ...] = ("owned", "owner_writes", "signed_in", "public", "admin")


@pytest.mark.parametrize("access", ACCESSES)
@pytest.mark.parametrize(
    "field",
    [
        "assignee:ref(user)?",
        "author:ref(user, on_delete=cascade)",
        "account:ref(user, unique, on_delete=cascade)",
        "members:many(user)",
    ],
)
def test_resources_of_every_access_refer_to_users(access: Access, field: str) -> None:
    assert not problems("thing", "title:str", field, access=access)


@pytest.mark.parametrize("access", ["owned", "owner_writes", "signed_in"])
@pytest.mark.parametrize(
    ("field", "cascade"),
    [
        ("by:ref(user)", "by:ref(user, on_delete=cascade)"),
        ("by:ref(user, on_delete=restrict)?", "by:ref(user, on_delete=cascade)?"),
    ],
)
def test_users_cannot_keep_the_account_of_another(access: Access, field: str, cascade: str) -> None:
    ((message, fix),) = problems("thing", field, access=access)

    assert message == "by: users could keep others from deleting their accounts."
    assert fix == f"{cascade}, or by:ref(user)?"


@pytest.mark.parametrize("access", ["public", "admin"])
def test_administrators_may_keep_an_account(access: Access) -> None:
    assert not problems("thing", "by:ref(user)", access=access)


def test_users_are_referred_to_in_the_singular() -> None:
    assert problems("thing", "by:ref(users)?") == [
        ("by: there is no resource users. Did you mean user?", "by:ref(user)?")
    ]


def test_users_have_no_owner() -> None:
    ((message, fix),) = problems("thing", "by:ref(user, rows=own)?")

    assert message == "by: users have no owner, so rows=own has no meaning."
    assert fix == "by:ref(user)?"


def test_rows_that_go_with_a_user_cannot_be_kept() -> None:
    ticket = make("ticket", "assignee:ref(user, on_delete=cascade)", access="signed_in")
    around = ProjectNames().with_definition(ticket)
    entry = make("entry", "ticket:ref(ticket, on_delete=cascade)", around=around, access="owned")
    around = around.with_definition(entry)

    for target in ("ticket", "entry"):
        ((message, fix),) = problems("comment", f"of:ref({target})", around=around)
        titles = around.definitions[target].titles
        kept = f"comment.of: {titles} are deleted with a user, but comments would keep them."
        assert message == kept
        assert fix == f"of:ref({target}, on_delete=cascade), or of:ref({target})?"
    assert not problems("comment", "of:ref(ticket)", around=around, access="admin")


def test_resource_that_others_keep_cannot_go_with_a_user() -> None:
    around = ProjectNames().with_definition(make("ticket", "title:str"))
    around = around.with_definition(make("comment", "ticket:ref(ticket)", around=around))
    changed = make("ticket", "title:str", "by:ref(user, on_delete=cascade)")

    (problem,) = references.check(changed, around.with_definition(changed))

    assert problem.message.startswith("comment.ticket: tickets are deleted with a user")


def test_users_of_a_project_without_accounts_are_a_resource() -> None:
    around = replace(ProjectNames(), accounts=False)

    ((message, fix),) = problems("thing", "by:ref(user)", around=around)
    assert message == "by: there is no resource user."
    assert fix == "`newapi add auth` first, or newapi generate resource user FIELD... first"

    around = around.with_definition(make("user", "name:str", around=around))
    thing = make("thing", "by:ref(user)", around=around)
    definitions = around.with_definition(thing).definitions
    assert references_to_users(definitions) == {}
    assert context.of_field(thing.fields[0], thing, definitions)["target_label"] == "name"


def test_template_is_told_the_table_of_users() -> None:
    thing = make("thing", "by:ref(user)?", "members:many(user)")
    around = ProjectNames().with_definition(thing)

    by = context.of_field(thing.fields[0], thing, around.definitions)
    members = context.of_many(thing.fields[1], thing, around.definitions)

    for told in (by, members):
        assert told["refers_to_users"] is True
        assert (told["target_class"], told["target_plural"]) == ("User", "users")
        assert told["target_label"] is None


def test_diagrams_show_users() -> None:
    thing = make("thing", "by:ref(user)?", "members:many(user)")

    shown = [*diagram.lines(None, thing)]
    drawn = diagram.mermaid({"thing": thing})

    assert shown[1:] == [
        "  + by      ref(user)? -> user",
        "  + members many(user) -> user",
    ]
    assert drawn.endswith("    thing }o--o| user : by\n    thing }o--o{ user : members\n")


def test_accounts_stay_as_long_as_a_resource_refers_to_users() -> None:
    thing = make("thing", "title:str", "by:ref(user)?", "members:many(user)", access="public")
    resolution = Resolution({"auth": False, "tables": True}, (), ())

    _, (problem,) = needs.resolve(resolution, {"thing": thing}, ())

    assert problem.message == "The resource thing needs auth: it refers to users."
    assert problem.fix == "newapi generate resource thing --drop by --drop members"

"""DBML becomes definitions."""

from __future__ import annotations

import pytest

from newapi.model_import import dbml
from newapi.model_import.source_model import SourceError
from tests.unit.model_import.sources import noted, of_dbml, shown

SHOP = """\
Project shop { database_type: 'PostgreSQL'
  Note: '''
  Several lines
  ''' }
// a comment
TablePartial base [headercolor: #fff] {
  id int [pk, increment]
  created_at timestamp [default: `now()`]
}
Table core.users as U [headercolor: #3498DB, note: 'Who buys'] {
  ~base
  "full name" varchar(255) [not null, unique, note: 'As it is \\'said\\'']
  country_code char(2) [not null, ref: > countries.code]
  status user_status [not null, default: 'active']
  score decimal(10,2) [not null, default: 1.5, check: `score > 0`]
  is_open boolean [not null, default: true]
  tags text[]
  photo blob
  nothing int [default: null]

  indexes {
    (country_code, status) [unique, name: 'x']
    score
    `lower(status)`
    (`id*2`, score)
  }
  checks { `score > 1`
    `lower(country_code) = country_code` [name: 'small'] }
}
Table countries {
  code char(2) [primary key]
  name varchar
  Note: '''All \'of them\''''
}
Table orders {
  id int [pk]
  user_id int [not null]
}
Table profiles {
  id int [pk]
  user_id int [not null]
}
Table links {
  one int
  two int
  indexes {
    (one, two) [pk]
  }
}
Enum user_status {
  active [note: 'as usual']
  "on hold"
}
Ref orders_of: U.id < orders.user_id [delete: cascade, update: no action]
Ref { profiles.user_id - U.id }
Ref: orders.id <> countries.code
TableGroup all { core.users
 orders }
Note text { 'a sticky note' }
"""


def test_tables_enums_and_references() -> None:
    found = of_dbml(SHOP)

    resources = shown(found)
    assert resources["user"] == {
        "full_name": "str(1..255, unique, description=\"As it is 'said'\")",
        "country_code": "ref(country, column=country_code)",
        "status": 'enum(active|on hold, default=active, labels="active: as usual")',
        "score": "decimal(gt=1, digits=10, places=2, default=1.5)",
        "is_open": "bool(default=true)",
        "tags": "list[str](0..20)?",
        "photo": "bytes(65535)?",
        "nothing": "int?",
    }
    assert resources["country"]["code"] == "str(1..2, unique)"
    assert resources["order"]["user"] == "ref(user, on_delete=cascade)"
    assert resources["profile"] == {"user": "ref(user, unique)"}
    assert resources["order"]["countries"] == "many(country)"
    user = found.resources[0]
    assert user.description == "Who buys"
    assert user.definition.unique == (("country_code", "status"),)
    assert user.definition.indexes == (("score",),)
    assert (found.relations.found, found.relations.taken) == (5, 5)


def test_what_has_no_equal_is_listed_with_its_line() -> None:
    found = of_dbml(SHOP)

    lines = {note.subject: note.line for note in found.notes}
    assert lines["users.photo"] == 18
    assert {"Project", "TableGroup", "Note", "users"} <= lines.keys()
    assert noted(found)["users.created_at"][1] == "created_at"
    text = "there is no rule like LOWER(country_code) = country_code"
    assert text in {note.message for note in found.notes}


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("Table a {\n  id\n}", 3, "expected the type of id"),
        ("Table a {\n  id int [pk\n}", 3, "expected ','"),
        ("Table a {\n  id int pk\n}", 2, "expected the end of the column id"),
        ("Table a {\n  id int", 2, "expected a column of a or '}'"),
        ("Tabel a { id int }", 1, "expected Table, Enum"),
        ("Table a { id int }\nRef: a.id > b.id", 2, "there is no table b"),
        ("Table a { id int }\nRef: a.id = a.id", 2, "expected one of < > - <>"),
        ("Table a { id int }\nTable a { id int }", 2, "the table a is there twice"),
        ("Enum a { b }", None, "it has no table"),
    ],
)
def test_broken_line_is_named(text: str, line: int | None, expected: str) -> None:
    with pytest.raises(SourceError) as raised:
        dbml.read(text, "shop.dbml")

    assert raised.value.message.startswith(f"shop.dbml:{line}: " if line else "shop.dbml: ")
    assert expected in raised.value.message


def test_tables_of_several_schemas_and_references_of_partials() -> None:
    found = of_dbml("""\
TablePartial owned {
  team_id int [not null, ref: > teams.id]
}
Table teams { id int [pk] }
Table shop.users { id int [pk] }
Table users {
  id int [pk]
  ~owned
}
Table notes {
  one int [ref: > users.id]
  two int [ref: > shop.users.id]
}
Ref: notes.one > teams.id
""")

    assert shown(found)["public_user"] == {"team": "ref(team)"}
    assert shown(found)["note"]["one"].startswith("ref(public_user")
    assert shown(found)["note"]["two"].startswith("ref(user")
    assert "already" in noted(found)["notes.one"][0]

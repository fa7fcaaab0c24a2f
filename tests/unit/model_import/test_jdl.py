"""JHipster's JDL becomes definitions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newapi.model_import import jdl
from newapi.model_import.source_model import SourceError
from newapi.resources.project_names import ProjectNames
from tests.unit.model_import.sources import noted, of_jdl, shown, translated

FIELDS = """\
MAX = 40

/** Something to sell.
 * @author somebody
 */
@dto(mapstruct)
entity Product (products) {
  /** What it is called. */
  name String required minlength(2) maxlength(MAX)
  sku String unique, pages Integer required min(1) max(2000)
  sold Long
  price BigDecimal required min(0)
  weight Float
  rating Double
  isActive Boolean required /** Whether it is sold. */
  released LocalDate
  changed Instant required
  seen ZonedDateTime
  opens LocalTime
  lasts Duration
  key UUID
  notes TextBlob
  image ImageBlob required maxbytes(2000000)
  file Blob
  code String pattern(/^[A-Z]{2,3}\\/[0-9]+$/)
  size Size required
  date LocalDate
}
// not a field
enum Size { S, M("Medium"), XXL(extra) }
paginate Product with pagination
service * with serviceClass except Product
"""


def test_fields_have_their_types_and_limits() -> None:
    found = of_jdl(FIELDS)

    assert shown(found)["product"] == {
        "name": 'str(2..40, description="What it is called.")',
        "sku": "str(1..255, unique)?",
        "pages": "int(ge=1, le=2000)",
        "sold": "bigint?",
        "price": "decimal(ge=0, digits=12, places=2)",
        "weight": "float?",
        "rating": "float?",
        "is_active": 'bool(description="Whether it is sold.")',
        "released": "date?",
        "changed": "datetime",
        "seen": "datetime?",
        "opens": "time?",
        "lasts": "duration?",
        "key": "uuid?",
        "notes": "text(0..10000)?",
        "code": "str(1..255)?",
        "size": 'enum(S|M|XXL, labels="M: Medium; XXL: extra")',
        "image": "image(max=2MB)?",
        "file": "file(max=5MB)?",
        "due_date": "date(column=date)?",
    }
    assert found.resources[0].description == "Something to sell."


def test_what_has_no_equal_is_listed_with_its_line() -> None:
    found = of_jdl(FIELDS)

    lines = {note.subject: note.line for note in found.notes}
    assert lines["Product.image"] == 23
    assert lines["Product.date"] == 27
    assert {"@dto", "Product.image", "Product.code"} <= lines.keys()
    assert {"paginate Product", "service *"} <= lines.keys()
    assert noted(found)["Product.date"][1] == "due_date"
    assert (found.fields.found, found.fields.taken) == (20, 20)


def test_labels_of_values_that_cannot_be_written() -> None:
    found = of_jdl("""\
entity Grade { mark Mark required, event Event }
enum Mark { I ("First; best"), II ("Second") }
enum Event { PASSWORD_CHANGED ("Changed"), SIGN_IN }
""")

    assert shown(found)["grade"] == {
        "mark": 'enum(I_value|II, labels="I_value: First best; II: Second")',
        "event": 'enum(password_changed|sign_in, labels="password_changed: Changed")?',
    }


def test_project_without_storage_has_bytes() -> None:
    text = (
        "entity Photo { content ImageBlob required maxbytes(9000) }\nentity Scan { page AnyBlob }"
    )
    source = jdl.read(text, "shop.jdl")

    here = translated(source, ProjectNames(database="postgres", storage=False))
    there = translated(source, ProjectNames(database="postgres"))

    assert shown(here)["photo"] == {"content": "bytes(9000)"}
    assert noted(here)["Photo.content"] == ("projects with storage have image fields", "bytes")
    assert shown(there) == {
        "photo": {"content": "image(max=9KB)?", "name": "str(1..100)?"},
        "scan": {"page": "file(max=5MB)?", "name": "str(1..100)?"},
    }
    assert noted(there)["Photo"][0] == "a resource has one field at least"


def test_all_four_kinds_of_relationships() -> None:
    found = of_jdl("""\
entity Author { name String required }
entity Book { title String required }
entity Cover { colour String }
entity Tag { name String required }
relationship ManyToOne { Book{author(name) required} to Author{book} }
relationship OneToMany { Book{chapter} to Chapter{book required}, Chapter to Note }
relationship OneToOne { Cover{book} to Book }
relationship ManyToMany { Book{tag(name)} to Tag{book} }
relationship OneToMany {
  Author{child} to Author{parent required}
}
entity Chapter
entity Note { text String }
""")

    resources = shown(found)
    assert resources["book"] == {
        "title": "str(1..255)",
        "author": "ref(author)",
        "tags": "many(tag)",
    }
    assert resources["chapter"] == {"book": "ref(book)"}
    assert resources["note"] == {"text": "str(1..255)?", "chapter": "ref(chapter)?"}
    assert resources["cover"]["book"] == "ref(book, unique)?"
    assert resources["author"]["parent"] == "ref(author, on_delete=restrict)?"
    assert "book_tag" not in resources
    assert noted(found)["Book_tag"] == ("it only links rows", "book.tags:many(tag)")
    assert noted(found)["Author.parent"][0] == "the first row could refer to none"
    assert (found.relations.found, found.relations.taken) == (7, 7)


def test_user_of_jhipster_is_the_user_of_the_project() -> None:
    found = of_jdl("""\
entity Ticket { title String }
entity Account { name String }
relationship ManyToOne {
  Ticket{assignedTo(login)} to User with builtInEntity
  Ticket{reportedBy(login) required} to User with builtInEntity
  Ticket to User with builtInEntity
}
relationship OneToOne { Account{user} to User with builtInEntity }
relationship ManyToMany {
  Ticket{watcher} to User with builtInEntity
  User{favourite} to Ticket{fan}
}
relationship OneToMany { Account{member} to User }
""")

    assert shown(found) == {
        "ticket": {
            "title": "str(1..255)?",
            "assigned_to": "ref(user)?",
            "reported_by": "ref(user, on_delete=cascade)",
            "watchers": "many(user)",
            "fans": "many(user)",
        },
        "account": {"name": "str(1..255)?", "user": "ref(user, unique)?"},
    }
    assert [resource.access for resource in found.resources] == ["owned", None]
    assert noted(found)["Ticket.User"] == (
        "a row belongs to the user who makes it",
        "access: owned",
    )
    assert noted(found)["Ticket.reportedBy"] == (
        "it would keep users from deleting their accounts",
        "on_delete: cascade",
    )
    assert [(note.message, note.written) for note in found.notes if note.subject == "User"] == [
        ("the users of the project stand for it", "ref(user)"),
        ("the users of a project have no reference to Account", ""),
    ]
    assert (found.relations.found, found.relations.taken) == (8, 8)


def test_project_without_accounts_has_no_users() -> None:
    source = jdl.read(
        "entity Ticket { title String }\n"
        "relationship ManyToOne { Ticket{assignee} to User with builtInEntity }\n",
        "shop.jdl",
    )

    found = translated(source, replace(ProjectNames(), accounts=False))

    assert shown(found)["ticket"] == {"title": "str(1..255)?"}
    assert noted(found)["Ticket.assignee"] == ("a project without accounts has no users", "")


def test_entity_without_fields_gets_one() -> None:
    found = of_jdl(
        "entity Shelf\nentity Box { label String }\nrelationship ManyToOne { Box to Shelf }"
    )

    assert shown(found)["shelf"] == {"name": "str(1..100)?"}
    assert noted(found)["Shelf"][1] == "name:str(1..100)?"


def test_names_that_are_taken_get_a_proposal() -> None:
    found = of_jdl("entity Client { list String, id Long required, createdAt Instant }")

    (entry,) = found.resources
    assert entry.definition.name != "client" or not noted(found).get("Client")
    assert [field.name for field in entry.definition.fields] == ["entries"]
    assert noted(found)["Client.id"][1] == "id: a UUID"
    assert noted(found)["Client.createdAt"][1] == "created_at"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("entity A {\n  name String requird\n}", 2, "expected one of"),
        ("entity A {\n  name\n}", 3, "expected the type of name"),
        ("entity A {\n  name String", 2, "expected a field of A or '}'"),
        ("entity A\n\nentiti B", 3, "expected entity, enum"),
        ("entity A { b Colour }", 1, "Colour is neither a type nor an enum"),
        ("entity A\nrelationship ManyToOne { A to B }", 2, "there is no entity B"),
        ("entity A\nrelationship OneToFew { A to A }", 2, "expected OneToMany"),
        ("entity A { b String minlength(x) }", 1, "expected a number or a constant"),
        ("entity A\nentity A", 2, "declared twice"),
        ("application {\n  config {\n", 3, "expected '}' of application in line 1"),
        ("<html>", 1, "expected entity"),
        ("application { }", None, "it declares no entity"),
    ],
)
def test_broken_line_is_named(text: str, line: int | None, expected: str) -> None:
    with pytest.raises(SourceError) as raised:
        jdl.read(text, "shop.jdl")

    assert raised.value.message.startswith(f"shop.jdl:{line}: " if line else "shop.jdl: ")
    assert expected in raised.value.message
    assert raised.value.hint

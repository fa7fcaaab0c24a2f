"""Tables of users, which the users of the project stand for."""

from __future__ import annotations

from dataclasses import replace

from newapi.model_import import sql
from newapi.model_import.translation import Translation
from newapi.resources.project_names import ProjectNames
from tests.unit.model_import.sources import noted, shown, translated

PROJECT = ProjectNames(
    modules={"user": "app/models/user.py"}, tables={"users": "app/models/user.py"}
)
OFFICE = """\
CREATE TABLE users (
  id serial PRIMARY KEY, email varchar(100) NOT NULL UNIQUE, name varchar(50), bio text,
  team_id int REFERENCES teams (id), password_hash varchar(100), created_at timestamp
);
CREATE TABLE teams (id serial PRIMARY KEY, name varchar(50) NOT NULL);
CREATE TABLE tickets (
  id serial PRIMARY KEY, title varchar(100) NOT NULL,
  user_id int NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  author_id int NOT NULL REFERENCES users (id),
  assignee_id int REFERENCES users (id) ON DELETE RESTRICT,
  reviewer_id int REFERENCES users (id) ON DELETE SET NULL
);
CREATE TABLE team_members (
  member_id int REFERENCES users (id), team_id int REFERENCES teams (id),
  PRIMARY KEY (member_id, team_id)
);
CREATE TABLE follows (
  follower_id int REFERENCES users (id), followed_id int REFERENCES users (id),
  PRIMARY KEY (follower_id, followed_id)
);
CREATE TABLE likes (
  user_id int REFERENCES users (id), ticket_id int REFERENCES tickets (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, ticket_id), weight int
);
CREATE TABLE profiles (user_id int NOT NULL UNIQUE REFERENCES users (id), website varchar(200));
"""
MESSAGE = "it would keep users from deleting their accounts"


def of_project(text: str, around: ProjectNames = PROJECT) -> Translation:
    return translated(sql.read(text, "schema.sql"), replace(around, database="postgres"))


def test_references_to_a_table_of_users_are_references_to_users() -> None:
    found = of_project(OFFICE)

    assert shown(found) == {
        "team": {"name": "str(1..50)", "members": "many(user)"},
        "ticket": {
            "title": "str(1..100)",
            "author": "ref(user, on_delete=cascade)",
            "assignee": "ref(user)?",
            "reviewer": "ref(user)?",
        },
        "follow": {
            "follower": "ref(user, on_delete=cascade)",
            "followed": "ref(user, on_delete=cascade)",
        },
        "like": {"ticket": "ref(ticket, unique, on_delete=cascade)", "weight": "int?"},
        "profile": {"user": "ref(user, unique, on_delete=cascade)", "website": "str(1..200)?"},
        "user_profile": {
            "account": "ref(user, unique, on_delete=cascade)",
            "bio": "text(0..10000)?",
            "team": "ref(team, on_delete=restrict)?",
        },
    }
    accesses = {each.definition.name: each.access for each in found.resources}
    assert accesses == {
        "team": None, "ticket": "owned", "follow": None, "like": "owned", "profile": None,
        "user_profile": None,
    }  # fmt: skip
    assert found.resources[2].definition.unique == (("follower", "followed"),)


def test_what_the_users_of_a_project_lack_has_a_resource_of_its_own() -> None:
    found = of_project(OFFICE)

    notes = noted(found)
    assert notes["users"] == ("the users of the project stand for it", "ref(user)")
    assert notes["users (bio, team_id)"] == (
        "the users of a project have no such columns; a row for each user has them",
        "user_profile",
    )
    assert not {"users.email", "users.name", "users.password_hash"} & notes.keys()
    assert notes["tickets.author_id"] == (MESSAGE, "on_delete: cascade")
    assert notes["tickets.assignee_id"] == (MESSAGE, "on_delete: set_null")
    assert notes["team_members"] == ("it only links rows", "team.members:many(user)")
    assert (found.fields.found, found.fields.taken) == (12, 12)
    assert (found.relations.found, found.relations.taken) == (12, 12)


def test_rows_that_refer_to_rows_of_a_user_are_deleted_too() -> None:
    found = of_project("""\
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE posts (id int PRIMARY KEY, author_id int NOT NULL REFERENCES users (id));
CREATE TABLE comments (id int PRIMARY KEY, post_id int NOT NULL REFERENCES posts (id));
CREATE TABLE votes (id int PRIMARY KEY, comment_id int REFERENCES comments (id) ON DELETE RESTRICT);
""")

    assert shown(found)["comment"] == {"post": "ref(post, on_delete=cascade)"}
    assert shown(found)["vote"] == {"comment": "ref(comment)?"}
    assert noted(found)["comments.post"] == (MESSAGE, "on_delete: cascade")
    assert noted(found)["votes.comment"] == (MESSAGE, "on_delete: set_null")


def test_project_without_accounts_gets_a_resource_of_users() -> None:
    found = of_project(OFFICE, ProjectNames(accounts=False))

    assert shown(found)["user"]["team"] == "ref(team, on_delete=restrict)?"
    assert shown(found)["ticket"]["assignee"] == "ref(user, on_delete=restrict)?"


def test_groups_with_the_owner() -> None:
    found = of_project("""\
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE notes (
  id int PRIMARY KEY, user_id int NOT NULL REFERENCES users (id), slug varchar(50) UNIQUE,
  kind varchar(20) NOT NULL, name varchar(20) NOT NULL, place int NOT NULL, created_at timestamp,
  UNIQUE (user_id, kind), UNIQUE (name, place), UNIQUE (user_id, place, created_at)
);
CREATE INDEX one ON notes (user_id);
CREATE INDEX two ON notes (user_id, place, id);
CREATE TABLE words (
  user_id int NOT NULL REFERENCES users (id), language varchar(5), PRIMARY KEY (user_id, language)
);
""")

    note, word = (each.definition for each in found.resources)
    assert shown(found)["note"]["slug"] == "str(1..50, unique=all)?"
    assert note.unique == (("owner", "kind"), ("name", "place"))
    assert note.indexes == (("owner", "place"),)
    assert word.unique == (("owner", "language"),)
    notes = noted(found)
    assert notes["notes (name, place)"][0] == "rows of one owner are compared, not those of all"
    assert notes["notes (user_id, place, created_at)"] == ("unique: created_at is no field", "")

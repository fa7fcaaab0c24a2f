"""Fields that refer to many rows."""

from __future__ import annotations

import json

import pytest

from newapi.resources import changes, context, diagram, fields, links, store
from newapi.resources.changes import Changes
from newapi.resources.project_names import ProjectNames
from tests.unit.resources.test_model_file import decide, defined, refused

BLOG = """\
resources:
  post:
    access: public
    fields:
      title: str(1..100)
      tags: many(tag)
      related_posts: many(post)
  tag:
    access: public
    fields:
      name: str(1..100)
"""


def test_ids_are_in_requests_and_rows_in_responses() -> None:
    post = defined(BLOG)["post"]

    assert [field.column for field in post.fields] == ["title", "tag_ids", "related_post_ids"]
    assert fields.render(post.fields[1]) == "tags:many(tag)"
    assert store.read("resources/post.yml", store.write(post)) == post
    assert post.language == 2


def test_name_may_be_its_own_plural() -> None:
    post = defined(BLOG.replace("tags: many(tag)", "media: many(tag)"))["post"]

    assert post.fields[1].column in {"media_ids", "medium_ids"}


def test_template_is_told_columns_and_links() -> None:
    found = defined(BLOG)

    told = context.of_definition(found["post"], found)

    assert json.loads(json.dumps(told)) == told
    columns = context.of_definition(defined(BLOG)["tag"], found)
    assert (len(_list(told["fields"])), len(_list(told["many"]))) == (1, 2)
    assert columns["many"] == []
    assert links.of_all(found) == {
        ("post", "tags"): links.Link("posts_tags", "post_id", "posts", "tag_id", "tags"),
        ("post", "related_posts"): links.Link(
            "posts_related_posts", "post_id", "posts", "related_post_id", "posts"
        ),
    }


def test_circle_of_many_has_a_first_row() -> None:
    text = BLOG.replace("name: str(1..100)", "name: str(1..100)\n      posts: many(post)")

    assert [decision.later for decision in decide(text)] == [(), ()]


def test_many_comes_and_goes_without_a_change_of_the_table() -> None:
    before = defined(BLOG.replace("      tags: many(tag)\n", ""))

    (decision,) = decide(BLOG, before)

    (step,) = decision.operations
    assert (step.op, step.alters_table) == ("add", False)
    (back,) = decide(BLOG.replace("      tags: many(tag)\n", ""), defined(BLOG))
    assert [one.op for one in back.operations] == ["drop"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("many(tag)", "many(tagg)", "there is no resource tagg. Did you mean tag?"),
        ("many(tag)", "many(tag)?", "a list of many may be empty, and needs no ?. -> tags: many"),
        ("related_posts: many", "posts: many", "both columns of posts_posts would be post_id"),
        ("title: str(1..100)", "tag_ids: json", "tags is stored as tag_ids, which is a field too"),
        ("  tag:\n", "  posts_tag:\n    plural: posts_tags\n", "there is a table posts_tags"),
    ],
)
def test_mistake_is_explained(old: str, new: str, why: str) -> None:
    text = BLOG.replace(old, new)

    assert why in refused(text.replace("many(tag)", "many(posts_tag)") if "plural" in new else text)


def test_one_cannot_become_many() -> None:
    before = defined(BLOG.replace("tags: many(tag)", "tags: ref(tag)?"))

    assert "tags cannot become many(tag): not every ref is many" in refused(BLOG, before)


def test_referenced_resource_stays() -> None:
    assert "there is no resource tag" in refused(BLOG[: BLOG.index("  tag:")], defined(BLOG))


def test_diagram_shows_many_on_both_sides() -> None:
    drawn = diagram.mermaid(defined(BLOG))

    assert "post }o--o{ tag : tags" in drawn
    assert "tag_ids" not in drawn


def test_command_line_adds_many() -> None:
    around = ProjectNames(definitions=defined(BLOG))
    added = Changes(add=("posts:many(post)",))

    found = changes.apply(around.definitions["tag"], added, around)

    assert found.definition.fields[-1].column == "post_ids"


def _list(found: object) -> list[object]:
    assert isinstance(found, list)
    return found

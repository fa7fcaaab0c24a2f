"""What a project of another template consists of, in the words of newapi."""

from __future__ import annotations

import pytest

from newapi.adopt import survey
from newapi.adopt.survey import Part, Survey
from newapi.questions import choices
from newapi.template.catalog import Catalog


@pytest.mark.parametrize("rule", survey._RULES, ids=lambda rule: rule.name)  # noqa: SLF001
def test_every_choice_is_one_of_the_template(rule: survey._Rule, catalog: Catalog) -> None:
    typed = choices.Choices(enabled=(rule.choice,) if rule.choice else ())

    assert not choices.read(typed, catalog).problems


def test_proposed_choices_do_not_contradict_each_other(catalog: Catalog) -> None:
    named = ("database=postgres", "database=mysql", "github", "gitlab", "auth", "auth", "")
    parts = tuple(Part("part", "file", choice) for choice in named)

    found = Survey("other", parts).choices

    assert found == ["database=postgres", "github", "auth"]
    assert not choices.read(choices.Choices(enabled=tuple(found)), catalog).problems

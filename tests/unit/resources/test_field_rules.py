"""Rules across fields: what can be said, what is refused, and the values that obey them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from jsonschema import Draft202012Validator

from newapi.errors import UsageError
from newapi.generate.decision import Request, decide
from newapi.resources import (
    diagram,
    field_rules,
    model_file,
    model_text,
    rule_samples,
    rules,
    schema,
    store,
)
from newapi.resources.changes import Changes
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames
from tests.unit.resources.samples import make, shop
from tests.unit.resources.test_model_file import defined, refused

FIELDS = (
    *("first:int(ge=0,le=9)", "last:int(ge=0,le=9)", "price:decimal(ge=0,le=1)", "opens:date"),
    *("closes:date?", "phone:str?", "email:email?", "link:url?", "low:int(le=3)", "high:int(gt=5)"),
    *(
        "category:ref(category)?",
        "source:ref(category, on_delete=cascade)?",
        "title:str",
        "seen:bigint",
    ),
)
MODEL = """\
resources:
  trip:
    fields:
      begin: date
      finish: date?
    rules: [finish > begin]
"""


def ruled(*texts: str) -> Definition:
    """Return a definition with rules."""
    found, flaws = field_rules.read(texts)
    assert not flaws
    return replace(make("thing", *FIELDS, around=shop()), rules=found)


def flaws(*texts: str, database: str = "sqlite") -> str:
    """Return what is said about rules."""
    around = replace(shop(), database=database)
    found = rules.check(ruled(*texts), around, is_new=True)
    return "\n".join(problem.message for problem in found)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["closes > opening"], "opening is no field"),
        (["closes > first"], "date and int cannot be compared"),
        (["title > title"], "a field is in it twice"),
        (["phone > email"], "str and email cannot be compared"),
        (["opens != closes"], "!= compares two references to the same resource"),
        (["first < last", "first < last"], "it is there twice"),
        (["first < last", "last < first"], "the comparisons contradict each other"),
        (["low > high"], "no values within the bounds of the fields obey all comparisons"),
        (["low < high"], "low < high is always true"),
        (["at least one of phone or title"], "title always has a value"),
        (["at least one of phone or category"], "would be emptied when the row that it refers to"),
        (["exactly one of phone or link", "at least one of link or email"], "in another such rule"),
        (["first < last"] * 8, "has 8 rules; 7 are allowed"),
    ],
)
def test_rule_that_cannot_be(texts: list[str], message: str) -> None:
    assert message in flaws(*texts)


def test_rules_that_can_be() -> None:
    texts = (
        *("first <= last", "closes > opens", "price < last", "last < seen", "category != source"),
        *("at least one of phone or email or link",),
    )

    assert flaws(*texts) == ""
    assert "which MySQL does not allow" in flaws(*texts, database="mysql")


def test_words_that_are_no_rule_are_refused() -> None:
    found, problems = field_rules.read(["a = b", "one of a or b", "a > 5", "at most one of a or b"])

    assert not found
    assert len(problems) == 4


def test_values_of_tests_obey_all_rules() -> None:
    definition = ruled("first < last", "price < first", "closes > opens")
    samples = rule_samples.of_fields(definition)

    ranges = [(samples[name].low, samples[name].high) for name in ("price", "first", "last")]
    ends = [end for both in ranges for end in both if end is not None]
    assert ends == sorted(ends)
    assert len(ends) == 6
    assert samples["closes"].years > samples["opens"].years
    for rule in definition.rules[:2]:
        values = rule_samples.broken(rule, definition)
        assert values
        lesser, greater, breaking = (
            float(str(values[key])) for key in ("lesser", "greater", "breaking")
        )
        assert breaking <= lesser < greater


def test_only_the_first_of_exactly_one_is_in_bodies() -> None:
    samples = rule_samples.of_fields(ruled("exactly one of source or link"))

    assert (samples["source"].is_given, samples["link"].is_given) == (True, False)
    assert samples["link"].instead_of == "source_id"


def test_rules_are_kept_in_the_definition() -> None:
    definition = ruled("first<=last", "at least one of phone, email and link")
    written = store.write(definition)

    assert "rules: first <= last, at least one of phone or email or link\n" in written
    assert store.read("resources/thing.yml", written) == definition
    content = yaml.load(written, Loader=yaml.BaseLoader)
    Draft202012Validator(schema.of_definition()).validate(content)
    assert 'first "first <= last"' in diagram.mermaid({"thing": definition})
    assert "  + rule: first <= last" in [*diagram.lines(None, definition)]


def test_models_file_says_rules() -> None:
    found = defined(MODEL)

    assert [rule.text for rule in found["trip"].rules] == ["finish > begin"]
    Draft202012Validator(model_file.of_file()).validate(yaml.load(MODEL, Loader=yaml.BaseLoader))
    assert defined(model_text.write(found)) == found
    assert "models.yml:6: rules: 'x' is neither a comparison" in refused(
        MODEL.replace("finish > begin", "x")
    )


def test_command_line_adds_and_drops_rules() -> None:
    before = defined(MODEL)
    around = ProjectNames(definitions=before)
    added = Changes(add_rules=("begin <= finish",), drop_rules=("finish > begin",))

    decision = decide(Request("trip", changes=added), around)
    text = model_text.updated(MODEL, before, decision.applied(before), {})
    renamed = decide(Request("trip", changes=Changes(rename=("begin:start",))), around)
    created = decide(
        Request("walk", ("a:int", "b:int"), changes=Changes(add_rules=("a < b",))), around
    )
    alone = decide(Request("trip", changes=Changes(drop_rules=("finish > begin",))), around)

    assert decision.verb == "change"
    assert "`begin <= finish` will stop the migration" in decision.warnings[0]
    assert defined(text) == decision.applied(before)
    assert renamed.definition.rules[0].text == "finish > start"
    assert (created.verb, created.definition.rules[0].text) == ("create", "a < b")
    assert "rules" not in model_text.updated(MODEL, before, alone.applied(before), {})
    with pytest.raises(UsageError, match="has no rule 'a > b'"):
        decide(Request("trip", changes=Changes(drop_rules=("a > b",))), around)

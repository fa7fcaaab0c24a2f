"""The covering array has every feasible pair of answers."""

from __future__ import annotations

import itertools

import pytest

from newapi.template.catalog import Catalog
from tests.matrix import (
    PRESETS,
    Answers,
    covered_pairs,
    factors,
    feasible_pairs,
    is_feasible,
    requirements,
)
from tests.projects import ARRAY


def test_every_feasible_pair_of_answers_is_covered(catalog: Catalog) -> None:
    missing = feasible_pairs(catalog) - covered_pairs(ARRAY)

    assert not missing


def test_only_a_feature_without_what_it_requires_is_infeasible(catalog: Catalog) -> None:
    domains = factors(catalog)
    everything = {
        frozenset({(left, a), (right, b)})
        for left, right in itertools.combinations(domains, 2)
        for a, b in itertools.product(domains[left], domains[right])
    }
    contradictions = {
        frozenset({(needy.name, value), (needed.name, needed.off)})
        for needy, needed in requirements(catalog)
        for value in needy.values
        if value != needy.off
    }

    assert everything - feasible_pairs(catalog) == contradictions


@pytest.mark.parametrize("answers", [*ARRAY, *PRESETS.values()])
def test_every_row_has_what_its_features_require(answers: Answers, catalog: Catalog) -> None:
    assert is_feasible(answers, catalog)


def test_the_array_is_small(catalog: Catalog) -> None:
    """Fewer rows than two widest questions squared would be luck; many more, a mistake."""
    widest = sorted((len(choices) for choices in factors(catalog).values()), reverse=True)

    assert widest[0] * widest[1] <= len(ARRAY) <= 2 * widest[0] * widest[1]


def test_every_feature_can_be_switched_off(catalog: Catalog) -> None:
    assert all(question.can_be_off for question in catalog.features.values())

"""The projects that the template tests render: the presets and a covering array."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from covertable.main import make

from newapi.template.catalog import Catalog, Value
from tests.matrix import CATALOG, PRESETS, Answers, factors, requirements


def covering_array(catalog: Catalog) -> list[Answers]:
    """Return few projects in which every feasible pair of answers occurs."""
    constraints = [
        {
            "operator": "or",
            "conditions": [
                {"operator": "eq", "left": needy.name, "value": needy.off},
                {"operator": "ne", "left": needed.name, "value": needed.off},
            ],
        }
        for needy, needed in requirements(catalog)
    ]
    order = factors(catalog)
    untyped: Callable[..., list[Answers]] = make
    rows = untyped({name: list(chosen) for name, chosen in order.items()}, constraints=constraints)
    return [{name: row[name] for name in order} for row in rows]


def label(answers: Mapping[str, Value]) -> str:
    """Name a project after its features, for the test report."""
    return "-".join(
        str(value) if not isinstance(value, bool) else name
        for name, value in answers.items()
        if value not in (False, "none")
    )


ARRAY: Sequence[Answers] = covering_array(CATALOG)
PROJECTS: Mapping[str, Answers] = {
    **PRESETS,
    **{f"{number:02}-{label(row)}": row for number, row in enumerate(ARRAY, 1)},
}

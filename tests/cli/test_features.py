"""`newapi features` tells what there is to choose."""

from __future__ import annotations

from newapi.template.catalog import Catalog
from tests.cli.conftest import Run


def test_every_feature_is_listed_with_what_it_requires(newapi: Run, catalog: Catalog) -> None:
    result = newapi("features")

    assert result.code == 0
    for name, feature in catalog.features.items():
        (line,) = [line for line in result.out.splitlines() if f" {name} " in f"{line} "][:1]
        assert all(required in line for required in feature.requires)
    for preset in catalog.presets:
        assert preset in result.out


def test_one_feature_is_shown_in_detail(newapi: Run, catalog: Catalog) -> None:
    result = newapi("features", "items")

    assert catalog.features["items"].help in result.out
    assert "requires" in result.out
    for path in catalog.features["items"].paths:
        assert path in result.out
    assert "--with items" in result.out


def test_choice_without_a_manifest_is_shown_too(newapi: Run) -> None:
    result = newapi("features", "database")

    assert "sqlite, postgres, mysql" in result.out
    assert "--with database=sqlite" in result.out


def test_value_leads_to_its_feature(newapi: Run) -> None:
    assert newapi("features", "gitlab").out.startswith("ci: ")


def test_unknown_feature_is_refused_with_the_nearest(newapi: Run) -> None:
    result = newapi("features", "dokcer")

    assert result.code == 2
    assert "Did you mean docker?" in result.err


def test_json_has_every_feature(newapi: Run, catalog: Catalog) -> None:
    found = newapi("features", "--json").document

    assert [feature["name"] for feature in found["features"]] == list(catalog.features)
    assert found["presets"] == dict(catalog.presets)
    assert found["default_preset"] == "standard"
    assert set(found["features"][0]) == {
        *("name", "title", "help", "group", "values", "requires", "presets", "paths"),
    }


def test_json_of_one_feature(newapi: Run) -> None:
    (feature,) = newapi("features", "items", "--json").document["features"]

    assert (feature["name"], feature["requires"]) == ("items", ["auth"])

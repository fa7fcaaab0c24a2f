"""What a feature adds to files that features share lies with the feature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from newapi.template.catalog import Question, read
from tests.matrix import CATALOG, ROOT, TEMPLATE

FEATURES = ROOT / "features"
PARTS = sorted({*FEATURES.glob("*/**/*.jinja")} - {*FEATURES.glob("*/upgrades/*/*")})
WOVEN = {"auth", "tables"}  # what the other features build on, and most files speak of
STATEMENT = re.compile(r"# \{%(.*?)%\}|\{\{(.*?)\}\}")
OFFERED = re.compile(
    r'set slot = "(.+?)" %\}# \{% include "features/parts\.jinja" %\}$', re.MULTILINE
)
FILLED = re.compile(r'slot == "(.+?)"')


def names(condition: str, feature: str) -> bool:
    """Tell whether a condition asks for a feature; words in quotes are values or slots."""
    return re.search(rf"\b{feature}\b", re.sub(r"([\"']).*?\1", "", condition)) is not None


def belongs(path: Path, feature: Question) -> bool:
    """Tell whether a file is the feature's own: its manifest, its parts, or what it owns."""
    if path.is_relative_to(FEATURES):
        return path.relative_to(FEATURES).parts[0] in {feature.name, f"{feature.name}.yml"}
    place = f"/{path.relative_to(ROOT).as_posix().removeprefix('template/')}"
    place = f"{place.removesuffix('.jinja')}/"
    return any(place.startswith(f"{owned}/") for owned in feature.paths)


def fences(feature: Question) -> Iterator[str]:
    """Yield where files of others ask whether a feature is on."""
    manifests = sorted(FEATURES.glob("*.yml"))
    for path in [*sorted(TEMPLATE.rglob("*.jinja")), *PARTS, *manifests, ROOT / "copier.yml"]:
        if belongs(path, feature):
            continue
        for number, line in statements(path):
            required = path in manifests and "validator" in line
            found = ("".join(one) for one in STATEMENT.findall(line))
            if not required and any(names(statement, feature.name) for statement in found):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


@cache
def statements(path: Path) -> list[tuple[int, str]]:
    """Return the lines of a file in which Jinja does something, with their numbers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(number, line) for number, line in enumerate(lines, 1) if STATEMENT.search(line)]


def offered(path: Path) -> set[str]:
    """Return the places that a seam or a part leaves to features."""
    return set(OFFERED.findall(path.read_text(encoding="utf-8")))


def filled(path: Path) -> set[str]:
    """Return the places that a part fills."""
    return set(FILLED.findall(path.read_text(encoding="utf-8")))


def seam_of(part: Path) -> Path:
    """Return the file that a part is a part of: it has the same path as in the template."""
    return TEMPLATE.joinpath(*part.relative_to(FEATURES).parts[1:])


SEAMS = sorted({seam_of(part) for part in PARTS})


@pytest.mark.parametrize("name", [name for name in CATALOG.features if name not in WOVEN])
def test_a_feature_takes_at_most_six_fences_in_files_of_others(name: str) -> None:
    found = list(fences(CATALOG.features[name]))

    assert len(found) <= 6, found


def test_what_other_features_build_on_is_found_in_many_files() -> None:
    """The search finds what there is."""
    assert len(list(fences(CATALOG.features["auth"]))) > 6


@pytest.mark.parametrize("part", PARTS, ids=lambda path: path.relative_to(FEATURES).as_posix())
def test_a_part_fills_places_that_are_there(part: Path) -> None:
    seam = seam_of(part)
    others = [other for other in PARTS if other != part and seam_of(other) == seam]

    assert filled(part)
    assert filled(part) <= offered(seam).union(*map(offered, others))


@pytest.mark.parametrize("seam", SEAMS, ids=lambda path: path.relative_to(TEMPLATE).as_posix())
def test_each_place_in_a_seam_is_filled(seam: Path) -> None:
    parts = [part for part in PARTS if seam_of(part) == seam]

    first = seam.read_text(encoding="utf-8").splitlines()[0]
    assert first == f'# {{% set seam = "{seam.relative_to(TEMPLATE).with_suffix("")}" %}}'
    places = offered(seam).union(*map(offered, parts))
    assert places == set().union(*map(filled, parts))


def test_places_are_left_by_seams_that_have_parts() -> None:
    seams = {path for path in TEMPLATE.rglob("*.jinja") if offered(path)}

    assert sorted(seams) == SEAMS


def test_every_place_is_filled_where_it_is() -> None:
    """A name without what includes the parts would leave it empty."""
    files = [*TEMPLATE.rglob("*.jinja"), *PARTS]
    texts = [path.read_text(encoding="utf-8") for path in files]

    assert sum(text.count("set slot") for text in texts) == sum(
        len(OFFERED.findall(text)) for text in texts
    )


def test_every_folder_of_parts_is_looked_into() -> None:
    folders = {path.relative_to(FEATURES).parts[0] for path in PARTS if path.parent != FEATURES}
    looked_into = re.findall(r"'(\w+)': ", read(ROOT / "copier.yml")[0]["parts"]["default"])

    assert sorted(looked_into) == sorted(folders)

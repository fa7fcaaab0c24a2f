"""New names of the template, of which updates tell, are where they are said to be."""

from __future__ import annotations

import re

import pytest

from newapi.template import catalog
from tests.matrix import ROOT

MOVED = {
    old: new
    for old, new in catalog.load(ROOT).names.items()
    if re.fullmatch(r"(app|tests)(\.\w+)+\.\w+", new)
}


@pytest.mark.parametrize("new", sorted({*MOVED.values()}))
def test_new_name_is_defined_in_its_module(new: str) -> None:
    module, _, name = new.rpartition(".")
    path = ROOT / "template" / module.replace(".", "/")
    files = [path.with_suffix(suffix) for suffix in (".py", ".py.jinja")]
    is_module = any((path / name).with_suffix(each).exists() for each in (".py", ".py.jinja"))
    texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
    definition = re.compile(rf"^(?:(?:async )?def |class )?{name}\b\s*[(:=]", re.MULTILINE)

    assert is_module or path.joinpath(name).is_dir() or any(map(definition.search, texts))

"""Names that the template has renamed, found in files where the project still uses the old ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from newapi.tree import Tree


def find(merged: Tree, theirs: Tree, names: Mapping[str, str]) -> Iterator[str]:
    """Yield one warning for each Python file of the project that uses names of an older template.

    `names` maps old names to new ones, as `_newapi.names` in `copier.yml` lists them.
    A file that is as the template made it has only new names and is passed over.
    """
    old = re.compile(r"\b(" + "|".join(map(re.escape, sorted(names))) + r")\b")
    for path, entry in sorted(merged.items()):
        if not names or not path.endswith(".py") or entry == theirs.get(path):
            continue
        used = sorted(set(old.findall(entry.data.decode("utf-8", "replace"))))
        if path in theirs:
            own = set(re.findall(r"\w+", theirs[path].data.decode("utf-8", "replace")))
            used = [name for name in used if name not in own]
        if used:
            renamed = ", ".join(f"{name} is now {names[name]}" for name in used)
            yield f"{path} uses names that the template has renamed: {renamed}"

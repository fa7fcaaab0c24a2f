"""Where a project keeps the folders of its template, for changes that render only a few files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newapi.resources import inventory
from newapi.update import layouts, planning
from newapi.update.layouts import Layout

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository
    from newapi.project.tree import Tree
    from newapi.template.catalog import Value
    from newapi.template.sources import Source


@dataclass(frozen=True)
class ProjectLayout:
    """The layout of a project, and the files of the template that it was compared with, if any."""

    layout: Layout = field(default_factory=Layout)
    reference: Tree = field(default_factory=dict)

    def needing(
        self,
        repository: Repository,
        listing: Mapping[str, Item],
        source: Source,
        answers: Mapping[str, Value],
        files: Iterable[str],
    ) -> ProjectLayout:
        """Return the layout, found now if one of these files is not where the template has it."""
        if self.reference or all(path in listing for path in files):
            return self
        reference = planning.render(source, answers, repository.project.name)
        return ProjectLayout(layouts.find(repository, listing, reference, {}), reference)


def find(
    repository: Repository,
    listing: Mapping[str, Item],
    source: Source,
    answers: Mapping[str, Value],
) -> ProjectLayout:
    """Return the layout of a project; it is that of the template where its main folders are there.

    Rendering the whole template takes longer than everything else, so it is left out if it can be.
    """
    folders = {f"{path.partition('/')[0]}/" for path, item in listing.items() if item.is_file}
    missing = [folder for folder in inventory.FOLDERS if folder not in folders]
    return ProjectLayout().needing(repository, listing, source, answers, missing)

"""The answers file that a project has from elsewhere, or once had."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from newapi.errors import NewapiError
from newapi.project import history
from newapi.project.answers_file import ANSWERS_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from newapi.project.git import Item, Repository
    from newapi.project.history import Record

_FEWEST = 5  # answers by which the questions of newapi are known


def find(
    repository: Repository, listing: Mapping[str, Item], questions: Collection[str]
) -> Record | None:
    """Return the answers of a file with another address, or of one that was deleted.

    Raises:
        NewapiError: If the project has an answers file of newapi.
    """
    item = listing.get(ANSWERS_FILE)
    content = repository.blobs([item.digest])[item.digest] if item else _deleted(repository)
    record = None
    with suppress(NewapiError):  # broken by hand, as may be why it was deleted
        record = history.read(content)
    if record is None:
        return None
    if item and record.is_own:
        message = f"The project is one of newapi already, at {record.commit}."
        raise NewapiError(message, "newapi status, or newapi update")
    known = record.answers.keys() & {*questions}
    is_ours = len(known) >= max(_FEWEST, len(record.answers) / 2)
    return record if record.is_own or is_ours else None


def _deleted(repository: Repository) -> bytes | None:
    """Return the last answers file of the history; None if there was none."""
    options = ("-1", "--format=%H", "--diff-filter=D")
    commit = repository.run("log", *options, "--", ANSWERS_FILE).decode().strip()
    if not commit:
        return None
    return repository.run("cat-file", "blob", f"{commit}^:./{ANSWERS_FILE}")

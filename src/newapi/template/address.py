"""The git address of this template, which answers files record.

Copier and Renovate look it up; newapi itself never does, because it carries every release.
"""

from __future__ import annotations

import os
import re

from newapi.errors import NewapiError

VARIABLE = "NEWAPI_REPOSITORY"  # names a mirror of the repository
# Set when the repository is published, to an address that ends in .git; the next update of each
# project records it.
PUBLISHED = ""
RESERVED = "https://newapi.invalid/newapi.git"  # a name that cannot be registered
FORMER = frozenset({RESERVED, "https://newapi.invalid/newapi"})
_GIT = re.compile(r"(?:https?|ssh|git|file)://\S+\.git|git@[\w.-]+:\S+\.git")


def canonical() -> str:
    """Return the address that projects record.

    Raises:
        NewapiError: If the variable for a mirror holds something else than a git address.
    """
    mirror = os.environ.get(VARIABLE, "")
    if mirror and not _GIT.fullmatch(mirror):
        fix = f"Set {VARIABLE} to an address such as https://host/owner/newapi.git, or unset it."
        raise NewapiError(f"{VARIABLE} is not a git address: {mirror}", fix)
    return mirror or PUBLISHED or RESERVED


def is_own(src_path: str) -> bool:
    """Whether an answers file with this address belongs to a project of this template."""
    return src_path in FORMER or src_path in {PUBLISHED, canonical()} - {""}

"""Settings from files, as platforms mount secrets."""

import os
from collections.abc import Iterable
from pathlib import Path

from app.setting_errors import InvalidSettings


def read_setting_files(names: Iterable[str]) -> dict[str, str]:
    """Return the texts of the files that variables such as `DATABASE_URL_FILE` name.

    Raises:
        InvalidSettings: If a file cannot be read.
    """
    texts = {}
    for name in names:
        variable = f"{name.upper()}_FILE"
        if path := os.environ.get(variable):
            try:
                texts[name] = Path(path).read_text(encoding="utf-8-sig")
            except (OSError, UnicodeError):
                reason = f"{variable} must name a text file that can be read."
                raise InvalidSettings([reason]) from None
    return texts

"""The `newapi` command as a process of its own."""

from __future__ import annotations

import gc
import os
from typing import NoReturn


def run() -> NoReturn:
    """Run newapi and end the process at once.

    It lives for a second: collecting garbage, and tidying up memory that the system takes back
    anyway, would be a fifth of that.
    """
    gc.disable()
    from newapi.cli.main import main

    os._exit(main())


if __name__ == "__main__":
    run()

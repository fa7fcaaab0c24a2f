"""Give the wheel the unreleased template, if `template/` is ahead of the newest release."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class HeadHook(BuildHookInterface[Any]):
    """Add `head.json`; the wheel has no `template/` folder, only frozen versions of it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Freeze the checkout as a development version, unless it is a release."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from newapi.releases import snapshot, store

        files = snapshot.read(root)
        name = store.describe(files)
        if name in store.versions():
            return
        self._temporary = tempfile.TemporaryDirectory()
        head = Path(self._temporary.name, store.HEAD)
        head.write_text(store.dump(store.build(name, files)), encoding="utf-8", newline="\n")
        build_data["force_include"][str(head)] = f"newapi/releases/{store.HEAD}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the draft."""
        if hasattr(self, "_temporary"):
            self._temporary.cleanup()

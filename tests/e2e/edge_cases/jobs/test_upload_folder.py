# Needs app/core/uploads.py
from pathlib import Path

import pytest

from app.config import Settings

pytestmark = pytest.mark.skipif(
    "upload_folder" not in Settings.model_fields, reason="uploads are in the storage"
)


@pytest.mark.parametrize(
    ("folder", "is_reported"),
    [("var/uploads", False), ("new/folder", False), ("file", True), ("file/folder", True)],
)
def test_upload_folder_that_cannot_be_written_is_reported(
    settings: Settings, tmp_path: Path, folder: str, *, is_reported: bool
) -> None:
    (tmp_path / "file").touch()
    production = {"environment": "production", "upload_folder": tmp_path / folder}

    warnings = settings.model_copy(update=production).list_warnings()

    assert ("UPLOAD_FOLDER" in " ".join(warnings)) is is_reported

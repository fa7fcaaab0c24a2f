"""Stored files in responses."""

from pydantic import BaseModel, Field

from app.core.stored_files import StoredFile


class StoredFileRead(BaseModel):
    """A stored file in a response; its key is private."""

    name: str = Field(examples=["photo.png"])
    size: int = Field(examples=[2048])
    content_type: str = Field(examples=["image/png"])
    url: str = Field(examples=["/api/v1/products/00000000-0000-4000-8000-000000000000/photo"])


def describe_file(file: StoredFile | None, url: str) -> StoredFileRead | None:
    """Return what responses show of a stored file, with the path that downloads it."""
    if file is None:
        return None
    return StoredFileRead(name=file.name, size=file.size, content_type=file.content_type, url=url)

"""URLs of the folder or bucket of stored files."""

import re
from typing import Annotated

from pydantic import AfterValidator


def normalize_storage_url(url: str) -> str:
    """Return the URL without a slash at the end.

    Raises:
        ValueError: If it names neither a folder nor a bucket.
    """
    if not re.fullmatch(r"file://[^?#]*[^?#/]/?|s3://[a-z0-9][a-z0-9.-]+(/[\w.-]+)*/?", url):
        raise ValueError(
            "must be a folder such as file:///data/files, or a bucket such as s3://files"
        )
    return url.removesuffix("/")


StorageUrl = Annotated[str, AfterValidator(normalize_storage_url)]

"""The version of rows whose changes must not overwrite each other."""

from typing import Any

from sqlalchemy.orm import Mapped, declared_attr


class Versioned:
    """Counts the changes of a row.

    A change of a row that another transaction has changed meanwhile raises StaleDataError, which
    becomes a 409 response.
    """

    version: Mapped[int]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Return the arguments of the mapper, which let SQLAlchemy count and compare versions."""
        return {"version_id_col": cls.version}

"""People with an account."""

from enum import StrEnum

from sqlalchemy import Enum, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.entity import Entity


class UserRole(StrEnum):
    """What a user may do."""

    USER = "user"
    ADMIN = "admin"


def get_values(roles: type[UserRole]) -> list[str]:
    """Return what the database stores: the values, not the names."""
    return [role.value for role in roles]


class User(Entity):
    """One account; the e-mail address is stored in lower case."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    full_name: Mapped[str | None] = mapped_column(String(100))
    hashed_password: Mapped[str] = mapped_column(String(255))
    role: Mapped[UserRole] = mapped_column(
        Enum(UserRole, native_enum=False, length=20, values_callable=get_values),
        default=UserRole.USER,
    )
    is_active: Mapped[bool] = mapped_column(default=True)

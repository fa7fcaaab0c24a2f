"""Users, as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, EmailStr, Field

from app.models.user import UserRole
from app.schemas.common import UNSET, Input, Line, ListQuery, Patch
from app.schemas.password import NewPassword, Password

Email = Annotated[
    EmailStr, Field(max_length=254, examples=["ada@example.com"]), AfterValidator(str.lower)
]
"""An e-mail address; upper and lower case are the same."""

FullName = Annotated[Line, Field(min_length=1, max_length=100, examples=["Ada Lovelace"])]


class UserCreate(Input):
    """What signing up takes."""

    email: Email
    password: NewPassword
    full_name: FullName | None = None


class UserUpdate(Patch):
    """What people may change of themselves."""

    full_name: FullName | None = None


class UserAdminUpdate(UserUpdate):
    """What administrators may change of anybody."""

    email: Email = UNSET
    role: UserRole = UNSET
    is_active: bool = UNSET


class PasswordChange(Input):
    """A new password, and the present one as proof."""

    current_password: Password
    new_password: NewPassword


class UserRead(BaseModel, from_attributes=True):
    """What the API shows of a user."""

    id: UUID
    email: str = Field(examples=["ada@example.com"])
    full_name: str | None = Field(examples=["Ada Lovelace"])
    role: UserRole
    is_active: bool
    created_at: datetime
    updated_at: datetime


class UserQuery(ListQuery, frozen=True):
    """Which users to list."""

    sort: Literal["created_at", "-created_at", "email", "-email"] = "-created_at"

"""Accounts: one's own, and for administrators everybody's."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import Administrator, CallerDep, CurrentUser, UserDep
from app.crud.base import Rows
from app.crud.session import end_sessions
from app.crud.user import users
from app.dependencies import ResourcesDep, SessionDep
from app.exceptions import Forbidden
from app.models.user import User, UserRole
from app.problems import problems
from app.schemas.common import Page
from app.schemas.user import (
    PasswordChange,
    UserAdminUpdate,
    UserCreate,
    UserQuery,
    UserRead,
    UserUpdate,
)

router = APIRouter(prefix="/users", tags=["users"])


@router.post("", status_code=201, response_model=UserRead, responses=problems(409, 503))
async def create_user(data: UserCreate, resources: ResourcesDep, db: SessionDep) -> User:
    """Sign up."""
    return await users.sign_up(db, resources.passwords, data)


@router.get("", response_model=Page[UserRead], responses=problems(401, 403))
async def read_users(
    _: Administrator, query: Annotated[UserQuery, Query()], db: SessionDep
) -> Rows[User]:
    """List users; for administrators."""
    return await users.list(db, query)


@router.get("/me", response_model=UserRead, responses=problems(401))
async def read_me(user: CurrentUser) -> User:
    """Show your account."""
    return user


@router.patch("/me", response_model=UserRead, responses=problems(401))
async def update_me(data: UserUpdate, user: CurrentUser, db: SessionDep) -> User:
    """Change your account."""
    return await users.update(db, user, data)


@router.delete("/me", status_code=204, responses=problems(401, 409))
async def delete_me(user: CurrentUser, db: SessionDep) -> None:
    """Delete your account and all that belongs to it."""
    await users.refuse_without_administrators(db, user)
    await users.delete(db, user)


@router.put("/me/password", status_code=204, responses=problems(401, 403, 503))
async def change_password(
    data: PasswordChange, caller: CallerDep, resources: ResourcesDep, db: SessionDep
) -> None:
    """Change your password; every other session ends."""
    user, passwords = caller.user, resources.passwords
    await db.close()  # hashing takes long, and others need the connection
    fits, _ = await passwords.verify(data.current_password.get_secret_value(), user.hashed_password)
    if not fits:
        raise Forbidden("The current password is wrong.")
    hashed = await passwords.hash(data.new_password.get_secret_value())
    await users.replace_password(db, user.id, user.hashed_password, hashed)
    await end_sessions(db, user, but=caller.session_id)


@router.get("/{user_id}", response_model=UserRead, responses=problems(401, 404))
async def read_user(user: UserDep) -> User:
    """Show an account: your own, or for administrators anybody's."""
    return user


@router.patch("/{user_id}", response_model=UserRead, responses=problems(401, 403, 404, 409))
async def update_user(
    data: UserAdminUpdate, user: UserDep, caller: CurrentUser, db: SessionDep
) -> User:
    """Change an account; only administrators change e-mail address, role and activity."""
    if caller.role is not UserRole.ADMIN and not data.model_fields_set <= {"full_name"}:
        raise Forbidden
    if data.role is UserRole.USER or data.is_active is False:
        await users.refuse_without_administrators(db, user)
    if data.is_active is False:
        await end_sessions(db, user)
    return await users.update(db, user, data)


@router.delete("/{user_id}", status_code=204, responses=problems(401, 404, 409))
async def delete_user(user: UserDep, db: SessionDep) -> None:
    """Delete an account and all that belongs to it."""
    await users.refuse_without_administrators(db, user)
    await users.delete(db, user)

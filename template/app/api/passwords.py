"""Checks and changes of passwords, which hold no database connection while they hash.

They read in one transaction and change the user in a second one, which `get_session` commits. The
second one locks the user, and checks that the password is still the same.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.session import release_connection
from app.crud.user import users
from app.dependencies import AppState
from app.exceptions import Conflict, Forbidden, InvalidCredentials
from app.models.user import User
from app.schemas.auth import Credentials
from app.schemas.user import PasswordChange


async def authenticate(state: AppState, db: AsyncSession, credentials: Credentials) -> User:
    """Return the user with this e-mail address and password, locked until the transaction ends.

    An unknown address takes as long as a wrong password.

    Raises:
        InvalidCredentials: If the address is unknown, the password is wrong, or the user is
            inactive.
    """
    found = await users.find_by_email(db, credentials.email)
    await release_connection(db)  # hashing is slow
    hashed = found.hashed_password if found else None
    password = credentials.password.get_secret_value()
    verified, new_hash = await state.password_hasher.verify(password, hashed)
    if not found or not verified:
        raise InvalidCredentials
    user = await users.lock_with_password(db, found.id, hashed)
    if user is None:
        raise InvalidCredentials
    if new_hash:
        user.hashed_password = new_hash
    return user


async def change_password(
    state: AppState, db: AsyncSession, current_user: User, data: PasswordChange
) -> None:
    """Replace the password of a user, after checking the current one.

    Raises:
        Forbidden: If the current password is wrong.
        Conflict: If the password was changed, or the user deactivated or deleted, since the user
            was read.
    """
    await release_connection(db)  # hashing is slow
    password_hasher, hashed = state.password_hasher, current_user.hashed_password
    verified, _ = await password_hasher.verify(data.current_password.get_secret_value(), hashed)
    if not verified:
        raise Forbidden("Incorrect current password.")
    new_hash = await password_hasher.hash(data.new_password.get_secret_value())
    user = await users.lock_with_password(db, current_user.id, hashed)
    if user is None:
        raise Conflict("The user was changed meanwhile.")
    user.hashed_password = new_hash

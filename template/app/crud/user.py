"""Accounts."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from app.core.security import Passwords
from app.crud.base import CRUD, count_changes, flush
from app.crud.session import end_sessions
from app.exceptions import Conflict, WrongCredentials
from app.models.user import User, UserRole
from app.schemas.user import UserAdminUpdate, UserCreate, UserUpdate


class Users(CRUD[User, UserCreate, UserUpdate]):
    """Creates and finds accounts, and checks passwords."""

    async def sign_up(
        self,
        db: AsyncSession,
        passwords: Passwords,
        data: UserCreate,
        role: UserRole = UserRole.USER,
    ) -> User:
        """Return a new account.

        Raises:
            Conflict: The e-mail address has one already.
        """
        hashed = await passwords.hash(data.password.get_secret_value())
        values = data.model_dump(exclude={"password"})
        user = User(**values, hashed_password=hashed, role=role)
        db.add(user)
        try:
            await flush(db)
        except Conflict as error:
            raise Conflict("This e-mail address has an account already.") from error
        return user

    async def authenticate(
        self, db: AsyncSession, passwords: Passwords, email: str, password: str
    ) -> User:
        """Return the user whom the password proves; every failure takes as long.

        Raises:
            WrongCredentials: There is no such user, or another password, or no open account.
        """
        statement = select(User.id, User.hashed_password).where(User.email == email)
        known = (await db.execute(statement)).first()
        await db.close()  # hashing takes long, and others need the connection
        fits, renewed = await passwords.verify(password, known.hashed_password if known else None)
        if not known or not fits:
            raise WrongCredentials
        user_id, hashed = known
        await self.replace_password(db, user_id, hashed, renewed or hashed)
        return await self.get(db, User.id == user_id)

    async def replace_password(
        self, db: AsyncSession, user_id: UUID, old_hash: str, new_hash: str
    ) -> None:
        """Store a new hash; the row stays locked, so that what follows relies on it.

        Raises:
            WrongCredentials: The password was changed meanwhile, or the account closed.
        """
        statement = (
            update(User)
            .where(User.id == user_id, User.is_active, User.hashed_password == old_hash)
            .values(hashed_password=new_hash, updated_at=User.updated_at)
        )
        if not await count_changes(db, statement):
            raise WrongCredentials

    async def refuse_without_administrators(self, db: AsyncSession, user: User) -> None:
        """Make sure that somebody can still administer when this user no longer does.

        Raises:
            Conflict: Nobody could.
        """
        administrators = User.role == UserRole.ADMIN, User.is_active
        if user.role is not UserRole.ADMIN:
            return
        locked = update(User).where(*administrators).values(updated_at=User.updated_at)
        await count_changes(db, locked)  # one after the other, or two could go together
        others = select(User.id).where(*administrators, User.id != user.id).with_for_update()
        if not (await db.scalars(others)).all():
            raise Conflict("This is the last administrator.")

    @override
    async def update(self, db: AsyncSession, row: User, data: UserUpdate) -> User:
        """Change an account; who loses it loses every session.

        Raises:
            Conflict: The e-mail address is taken, or nobody could administer any more.
        """
        if isinstance(data, UserAdminUpdate):
            if data.role is UserRole.USER or data.is_active is False:
                await self.refuse_without_administrators(db, row)
            if data.is_active is False:
                await end_sessions(db, row)
        return await super().update(db, row, data)

    @override
    async def delete(self, db: AsyncSession, row: User) -> None:
        """Delete an account and all that belongs to it.

        Raises:
            Conflict: Nobody could administer any more.
        """
        await self.refuse_without_administrators(db, row)
        await super().delete(db, row)


users = Users(User, searched=[User.email, User.full_name])

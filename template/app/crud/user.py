"""Accounts."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.security import Passwords
from app.crud.base import CRUD, flush
from app.exceptions import Conflict, WrongCredentials
from app.models.user import User, UserRole
from app.schemas.user import UserCreate, UserUpdate


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
        user = await db.scalar(select(User).where(User.email == email))
        fits, renewed = await passwords.verify(password, user.hashed_password if user else None)
        if user is None or not fits or not user.is_active:
            raise WrongCredentials
        if renewed:
            user.hashed_password = renewed
        return user

    async def refuse_without_administrators(self, db: AsyncSession, user: User) -> None:
        """Make sure that somebody can still administer when this user no longer does.

        Raises:
            Conflict: Nobody could.
        """
        others = select(func.count()).where(
            User.role == UserRole.ADMIN, User.is_active, User.id != user.id
        )
        if user.role is UserRole.ADMIN and not await db.scalar(others):
            raise Conflict("This is the last administrator.")


users = Users(User, searched=[User.email, User.full_name])

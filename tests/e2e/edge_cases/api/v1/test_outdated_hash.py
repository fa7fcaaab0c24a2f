# Needs app/core/security.py
from httpx2 import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.user import User
from tests.factories.users import login
from tests.servers import Serve


async def test_login_renews_an_outdated_hash(
    ada: AsyncClient, serve: Serve, engine: AsyncEngine
) -> None:
    async with serve(argon2_time_cost=2) as stronger:
        await login(stronger)

    async with engine.connect() as connection:
        assert ",t=2," in str(await connection.scalar(select(User.hashed_password)))

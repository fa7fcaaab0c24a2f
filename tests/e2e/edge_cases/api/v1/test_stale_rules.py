# Needs app/api/v1/endpoints/tickets.py app/models/versioned.py
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.api.v1.endpoints.tickets import check_changes
from app.crud.ticket import tickets
from app.exceptions import Conflict
from app.models.ticket import Ticket
from app.schemas.ticket import TicketUpdate
from tests.factories.ticket import create_ticket


async def test_change_that_waited_for_another_one_is_refused(
    engine: AsyncEngine, ada: AsyncClient
) -> None:
    created = await create_ticket(ada)
    changed = update(Ticket).values(version=Ticket.version + 1)

    async with AsyncSession(engine) as db:
        ticket = await tickets.get(db, id=UUID(created["id"]))
        await db.execute(changed, execution_options={"synchronize_session": False})

        with pytest.raises(Conflict):
            await check_changes(db, ticket, TicketUpdate(reviewer_id=None))

import pytest

from app.dependencies import Resources
from app.models.task import Task
from tests.tasks import add_file


@pytest.fixture
async def task(resources: Resources) -> Task:
    return await add_file(resources)

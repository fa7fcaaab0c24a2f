"""Background work: asked for now, done elsewhere, its status at `GET /tasks/{task_id}`."""

from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, File, UploadFile

from app.api.deps import CurrentUser
from app.crud.task import create_task, find_task
from app.dependencies import ResourcesDep, SessionDep
from app.jobs.queue import start_task
from app.jobs.work import UPLOAD
from app.models.task import Task, TaskKind
from app.problems import problems
from app.schemas.task import EmailRequest, TaskAccepted, TaskRead

router = APIRouter(prefix="/tasks", tags=["tasks"])


@router.post("/email", status_code=202, response_model=TaskAccepted, responses=problems(401, 409))
async def send_email(
    data: EmailRequest,
    owner: CurrentUser,
    resources: ResourcesDep,
    db: SessionDep,
    after_commit: BackgroundTasks,
) -> Task:
    """Send a mail to your own address."""
    task = await create_task(db, owner, TaskKind.EMAIL, data.model_dump())
    after_commit.add_task(start_task, resources, task.id)
    return task


@router.post(
    "/process-file",
    status_code=202,
    response_model=TaskAccepted,
    responses=problems(401, 409, 413, 415),
)
async def process_file(
    file: Annotated[UploadFile, File(description="Text in UTF-8, for example CSV")],
    owner: CurrentUser,
    resources: ResourcesDep,
    db: SessionDep,
    after_commit: BackgroundTasks,
) -> Task:
    """Count the lines and words of a file."""
    uploads = resources.uploads
    content = await file.read(uploads.largest + 1)
    uploads.check(content)
    name = await to_thread.run_sync(uploads.store, content)
    task = await create_task(db, owner, TaskKind.PROCESS_FILE, {UPLOAD: name})
    after_commit.add_task(start_task, resources, task.id)
    return task


@router.get("/{task_id}", response_model=TaskRead, responses=problems(401, 404))
async def read_task(task_id: UUID, owner: CurrentUser, db: SessionDep) -> Task:
    """Show how far a task of yours is."""
    return await find_task(db, owner, task_id)

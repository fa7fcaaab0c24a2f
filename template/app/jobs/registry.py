"""The jobs: for each kind of task, the async function that does its work."""

from collections.abc import Awaitable, Callable

from app.jobs.job import Result
from app.jobs.process_file import process_file
from app.jobs.send_email import send_email

Job = Callable[..., Awaitable[Result | None]]

ALL_JOBS: list[Job] = [
    process_file,
    send_email,
]
JOBS = {job.__name__: job for job in ALL_JOBS}

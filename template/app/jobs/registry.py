"""The jobs: for each kind of task, the async function that does its work."""

from collections.abc import Awaitable, Callable

from app.jobs.job import Result
from app.jobs.process_file import process_file
from app.jobs.send_email import send_email
from app.models.task import MAX_KIND_LENGTH

Job = Callable[..., Awaitable[Result | None]]

ALL_JOBS: list[Job] = [
    process_file,
    send_email,
]


def map_by_name(jobs: list[Job]) -> dict[str, Job]:
    """Return jobs by their names. Tasks store the name of their job as `kind`.

    Raises:
        ValueError: If two jobs have the same name, or a name is too long for the column.
    """
    by_name = {job.__name__: job for job in jobs}
    if len(by_name) < len(jobs):
        raise ValueError("Two jobs in app/jobs/registry.py have the same name.")
    for name in by_name:
        if len(name) > MAX_KIND_LENGTH:
            raise ValueError(f"The name {name} has more than {MAX_KIND_LENGTH} characters.")
    return by_name


JOBS = map_by_name(ALL_JOBS)

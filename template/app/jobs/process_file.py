"""The job that processes an uploaded file."""

from hashlib import sha256

from anyio import to_thread

from app.dependencies import AppState
from app.jobs.job import Result, TaskFailed, set_progress
from app.models.task import Task


async def process_file(state: AppState, task: Task, *, upload: str) -> Result:
    """Count the lines and words of a file.

    Raises:
        TaskFailed: If the file no longer exists.
    """
    try:
        content = await state.uploads.read(upload)
    except FileNotFoundError as error:
        raise TaskFailed("The file no longer exists.") from error
    await set_progress(state, task, 50)
    return await to_thread.run_sync(describe, content, abandon_on_cancel=True)


def describe(content: bytes) -> Result:
    """Return the number of lines and words of a text, and its digest."""
    text = content.decode()
    return {
        "lines": len(text.splitlines()),
        "words": len(text.split()),
        "sha256": sha256(content).hexdigest(),
    }

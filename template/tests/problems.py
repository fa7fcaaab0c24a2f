"""What tests read from error responses, whose shape is in `app/problems.py`."""

from typing import Any

from httpx2 import Response


def is_problem(response: Response) -> bool:
    """Return whether the body of a response has the shape of errors."""
    return response.headers["Content-Type"] == "application/problem+json"


def error_location(response: Response, number: int = 0) -> list[str | int]:
    """Return the location of a wrong value in a request, such as `["body", "email"]`."""
    location: list[str | int] = response.json()["errors"][number]["loc"]
    return location


def error_detail(response: Response) -> str:
    """Return what an error response says about its cause."""
    problem: dict[str, Any] = response.json()
    return str(problem["detail"])

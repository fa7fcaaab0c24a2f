"""Pages for administrators at `/admin`, made by SQLAdmin."""

import logging

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from sqladmin import Admin
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from app.admin.access import Access, OriginMiddleware, RequestSession
from app.admin.views import VIEWS
from app.config import Settings
from app.exceptions import AppError
from app.middleware import ErrorMiddleware
from app.problems import PROBLEM_HANDLERS

SQLADMIN = "sqladmin.application"


def is_unexpected(record: logging.LogRecord) -> bool:
    """Whether an error is worth a line in the log, and not only a line on the page."""
    return not isinstance(record.msg, AppError | HTTPException)


def install(app: FastAPI, settings: Settings) -> None:
    """Serve the pages, behind a sign-in of their own."""

    @app.get("/admin", include_in_schema=False)
    async def go_to_pages(request: Request) -> Response:
        return RedirectResponse(f"{request.url.path}/")

    admin = Admin(
        app,
        session_maker=async_sessionmaker(class_=RequestSession),
        title=app.title,
        middlewares=[Middleware(ErrorMiddleware), Middleware(OriginMiddleware)],
        authentication_backend=Access(settings),
    )
    admin.admin.exception_handlers |= {AppError: PROBLEM_HANDLERS[AppError]}
    logging.getLogger(SQLADMIN).addFilter(is_unexpected)
    for view in VIEWS:
        admin.add_view(view)

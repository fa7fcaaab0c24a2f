"""The admin pages at `/admin`, built with SQLAdmin."""

import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from sqladmin import Admin
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from typing_extensions import override

from app.admin.auth import AdminAuth, AdminMiddleware
from app.admin.views import VIEWS
from app.config import Settings
from app.exceptions import AppError
from app.middleware import ErrorMiddleware

# SQLAdmin stores it in the classes of the views, which all applications of a process share.
sessionmaker = async_sessionmaker[AsyncSession]()


def is_unexpected(record: logging.LogRecord) -> bool:
    """Return whether SQLAdmin logs an unexpected error; expected ones only appear on the page."""
    return not isinstance(record.msg, AppError | HTTPException)


class AdminPages(Admin):
    """The pages of SQLAdmin; their forms have no files."""

    @staticmethod
    @override
    async def _handle_form_data(request: Request, obj: Any = None) -> FormData:
        async with request.form() as form:
            if any(isinstance(value, UploadFile) for _, value in form.multi_items()):
                raise HTTPException(400, "A field of the form is a file.")
            return form


def mount_admin(app: FastAPI, settings: Settings) -> None:
    """Mount the admin pages."""

    @app.get("/admin", include_in_schema=False)
    async def redirect_to_admin(request: Request) -> Response:
        return RedirectResponse(f"{request.url.path}/")

    admin = AdminPages(
        app,
        session_maker=sessionmaker,
        title=app.title,
        middlewares=[Middleware(ErrorMiddleware), Middleware(AdminMiddleware, sessionmaker)],
        authentication_backend=AdminAuth(settings),
    )
    logging.getLogger("sqladmin.application").addFilter(is_unexpected)
    for view in VIEWS:
        admin.add_view(view)

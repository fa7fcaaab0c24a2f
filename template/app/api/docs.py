"""The API documentation at `/docs`: Swagger UI without files of other hosts."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

PAGE = Path(__file__).parent.parent / "static" / "docs.html"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def install(app: FastAPI) -> None:
    """Add the page and its scripts, which are those of Swagger UI and `app/static/docs.js`."""

    @app.get("/docs", include_in_schema=False)
    async def read_docs() -> FileResponse:
        return FileResponse(PAGE, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    assets = StaticFiles(packages=[("fastapi_swagger", "resources"), ("app", "static")])
    app.mount("/docs/assets", assets)

"""The API documentation at `/docs`, served without a foreign host."""

from base64 import b64encode
from hashlib import sha256

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.staticfiles import StaticFiles


def install(app: FastAPI) -> None:
    """Serve Swagger UI, under a policy that lets its own scripts run and no others."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=app.title,
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url="/docs/assets/favicon-32x32.png",
    )
    inline = bytes(page.body).split(b"<script>")[1].split(b"</script>")[0]
    digest = b64encode(sha256(inline).digest()).decode()
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    app.mount("/docs/assets", StaticFiles(packages=[("fastapi_swagger", "resources")]))
    app.add_route("/docs", lambda _: page)

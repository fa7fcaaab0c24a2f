"""Structured logs, the server's and the libraries' included."""

import logging

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from app.config import Settings


def configure_logging(settings: Settings) -> None:
    """Send every log line to stderr: JSON where machines read, colours where people do."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    plain = structlog.dev.plain_traceback  # others show local variables: slow, and full of secrets
    render: list[Processor] = [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    if settings.log_json:
        render = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler()
    processors = [ProcessorFormatter.remove_processors_meta, *render]
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=shared, processors=processors))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger("app").setLevel(settings.log_level)  # drivers would log values
    logging.getLogger("uvicorn").handlers.clear()
    logging.getLogger("uvicorn").propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # the middleware logs requests

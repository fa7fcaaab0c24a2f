"""Metrics of a worker, for it has no API to show them."""

from prometheus_client import start_http_server

from app.config import Settings
from app.core.metrics import get_registry


def serve_metrics(settings: Settings) -> None:
    """Show what the processes of this worker count, where a port is set."""
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port, registry=get_registry())

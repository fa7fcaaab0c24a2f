"""The HTTP server that shows the metrics of a worker."""

from prometheus_client import start_http_server

from app.api.metrics import get_registry
from app.config import Settings


def serve_metrics(settings: Settings) -> None:
    """Serve the metrics of all processes of this worker, if WORKER_METRICS_PORT is set."""
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port, registry=get_registry())

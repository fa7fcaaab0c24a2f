"""The address of the collector of traces."""

from typing import Annotated

from pydantic import AfterValidator, AnyUrl

from app.setting_types.base import normalize_web_address

EXAMPLE = "http://localhost:4318"
GRPC_PORT = 4317


def normalize_endpoint(text: str) -> str:
    """Return the URL of the collector, without the path of traces.

    Raises:
        ValueError: If it is not a URL, or that of the port for gRPC.
    """
    try:
        url = normalize_web_address(text)
    except ValueError:
        raise ValueError(f"must be a URL such as {EXAMPLE}") from None
    if url and AnyUrl(url).port == GRPC_PORT:
        raise ValueError(f"has the port of gRPC: use that of OTLP over HTTP, as in {EXAMPLE}")
    return url.removesuffix("/v1/traces")


OtlpEndpoint = Annotated[str, AfterValidator(normalize_endpoint)]

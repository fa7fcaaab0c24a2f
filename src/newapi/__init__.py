"""Create production-grade FastAPI projects and keep them current for years."""

__version__ = "0.1.0"

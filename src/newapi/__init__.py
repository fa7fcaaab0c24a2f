"""Create production-grade FastAPI projects, every part a choice."""

__version__ = "0.6.0"

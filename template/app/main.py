"""The application that the server runs: `uvicorn app.main:app`."""

import gc

from app.config import get_settings
from app.core.logging import configure_logging
from app.factory import create_app

configure_logging(get_settings())
app = create_app(get_settings())

# Modules and routes stay until the end. Collections of garbage would look at them again and again,
# and all requests would wait for up to 100 ms.
gc.collect()
gc.freeze()

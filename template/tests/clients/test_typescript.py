"""The tests of the generated client for TypeScript pass against the running API."""

from functools import partial

import pytest
from anyio import to_thread

from app.clients import CLIENTS, TYPESCRIPT
from app.verify import run_command

PACKAGE = CLIENTS / "typescript"


@pytest.mark.skipif(
    not ((CLIENTS / TYPESCRIPT).exists() and (PACKAGE / "node_modules").exists()),
    reason="there is no client, or Node.js has not installed its packages: run `uv run app clients`",
)
async def test_client_for_typescript_calls_the_api(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_URL", url)
    run_tests = partial(run_command, "npm", f"--prefix={PACKAGE}", "test")

    assert await to_thread.run_sync(run_tests)

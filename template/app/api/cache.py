"""Caching what endpoints answer."""

import inspect
import json
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency
from pydantic import TypeAdapter

from app.core.cache import OBSOLETE
from app.dependencies import SessionDep, StateDep

T = TypeVar("T")
GetTag = Callable[..., str]
Remember = Callable[[Callable[[], Awaitable[bytes]]], Awaitable[bytes]]


def cached(
    get_tag: GetTag, model: type[T], seconds: int | None = None
) -> Callable[[Callable[..., Awaitable[object]]], Callable[..., Awaitable[T]]]:
    """Return a decorator of endpoints that keeps their answers, as what `model` describes.

    A dependency returns the tag of the answer, which must name the caller where the answer depends
    on who asks. Errors are never kept, nor are headers and cookies.
    """
    adapter: TypeAdapter[T] = TypeAdapter(model)
    form = json.dumps(adapter.json_schema(mode="serialization"))  # differs after a release

    async def get_memory(
        request: Request,
        state: StateDep,
        db: SessionDep,
        tag: Annotated[str, Depends(get_tag)],
    ) -> Remember:
        # a new transaction sees all that is committed when the cache is asked
        await db.close()
        parts = (form, tag, request.url.path, request.url.query)
        key = sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
        lifetime = seconds or state.settings.cache_seconds
        return partial(state.cache.remember, tag, key, lifetime)

    def decorate(endpoint: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[T]]:
        @wraps(endpoint)
        async def answer(*, remember: Remember, **values: object) -> T:
            async def compute() -> bytes:
                fresh = adapter.validate_python(await endpoint(**values), from_attributes=True)
                return adapter.dump_json(fresh, round_trip=True)

            return adapter.validate_json(await remember(compute), by_alias=False, by_name=True)

        signature = inspect.signature(endpoint)
        keyword, memory = inspect.Parameter.KEYWORD_ONLY, Annotated[Remember, Depends(get_memory)]
        added = inspect.Parameter("remember", keyword, annotation=memory)
        parameters = [*signature.parameters.values(), added]
        vars(answer)["__signature__"] = signature.replace(parameters=parameters)
        return answer

    return decorate


def forgets(get_tag: GetTag) -> Dependency:
    """Return a dependency of a router whose changes make cached answers with a tag obsolete.

    They are forgotten after the commit, and before the answer is sent.
    """

    async def forget(
        request: Request, db: SessionDep, tag: Annotated[str, Depends(get_tag)]
    ) -> None:
        if request.method not in {"GET", "HEAD"}:
            db.info.setdefault(OBSOLETE, set()).add(tag)

    return Dependency(forget)

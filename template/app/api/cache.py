"""Caching what endpoints answer."""

import inspect
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.dependencies import Resources, ResourcesDep, SessionDep

T = TypeVar("T")
GetTag = Callable[..., str]


@dataclass
class Question:
    """What is asked, and the tag of the answer; whom it depends on is part of the tag."""

    tag: str
    path_and_query: str
    resources: Resources
    db: AsyncSession


def cached(
    get_tag: GetTag, model: type[T], seconds: int | None = None
) -> Callable[[Callable[..., Awaitable[object]]], Callable[..., Awaitable[T]]]:
    """Return a decorator of endpoints that keeps their answers, as what `model` describes.

    A dependency returns the tag of the answer, which must name the caller where the answer depends
    on who asks. Errors are never kept, nor are headers and cookies.
    """
    adapter: TypeAdapter[T] = TypeAdapter(model)
    form = json.dumps(adapter.json_schema(mode="serialization"))  # differs after a release

    def ask(
        request: Request,
        resources: ResourcesDep,
        db: SessionDep,
        tag: Annotated[str, Depends(get_tag)],
    ) -> Question:
        query = urlencode(sorted(request.query_params.multi_items()))
        return Question(tag, f"{request.url.path}?{query}", resources, db)

    def decorate(endpoint: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[T]]:
        @wraps(endpoint)
        async def answer(*, question: Question, **values: object) -> T:
            async def compute() -> bytes:
                fresh = adapter.validate_python(await endpoint(**values), from_attributes=True)
                return adapter.dump_json(fresh, round_trip=True)

            # waiting needs no connection, and a new transaction sees all that is committed by now
            await question.db.close()
            parts = (form, question.tag, question.path_and_query)
            key = sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
            lifetime = seconds or question.resources.settings.cache_seconds
            cache = question.resources.cache
            return adapter.validate_json(await cache.remember(question.tag, key, lifetime, compute))

        signature = inspect.signature(endpoint)
        keyword, asked = inspect.Parameter.KEYWORD_ONLY, Annotated[Question, Depends(ask)]
        added = inspect.Parameter("question", keyword, annotation=asked)
        parameters = [*signature.parameters.values(), added]
        vars(answer)["__signature__"] = signature.replace(parameters=parameters)
        return answer

    return decorate


def forgets(get_tag: GetTag) -> Dependency:
    """Return a dependency of a router whose changes make cached answers with a tag obsolete.

    It must come before the session, as those of a router do: so it ends after the commit, and
    before the answer is sent.
    """

    async def forget(
        request: Request, resources: ResourcesDep, tag: Annotated[str, Depends(get_tag)]
    ) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            if request.method not in {"GET", "HEAD"}:
                await resources.cache.forget(tag)

    return Dependency(forget, scope="function")

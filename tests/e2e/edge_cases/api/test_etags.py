# Needs app/api/etags.py
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel

from app.api.etags import IfMatch, PreconditionFailed, check_if_match, create_etag, is_not_modified

TAG = '"a,b"'


class Author(BaseModel):
    name: str


class Poem(BaseModel):
    title: str
    author: Author


@pytest.mark.parametrize(
    "header", ["*", " * ", TAG, f'"a", {TAG}', f'{TAG},"b"', f'W/"x" ,\t{TAG}']
)
def test_list_with_the_tag_matches(header: str) -> None:
    check_if_match([header], TAG)

    assert is_not_modified([header], TAG)


@pytest.mark.parametrize("header", ["", '"a"', "a,b", '"b", "a"', '"a,b', '"*"', '"A,B"'])
def test_other_tags_and_texts_do_not_match(header: str) -> None:
    with pytest.raises(PreconditionFailed):
        check_if_match([header], TAG)

    assert not is_not_modified([header], TAG)


def test_weak_tag_matches_for_reading_only() -> None:
    with pytest.raises(PreconditionFailed):
        check_if_match([f"W/{TAG}"], TAG)

    assert is_not_modified([f"W/{TAG}"], TAG)


def test_request_without_the_header_is_unconditional() -> None:
    check_if_match(None, TAG)

    assert not is_not_modified(None, TAG)


async def test_list_may_come_in_several_headers() -> None:
    app = FastAPI()

    @app.get("/")
    def read(if_match: IfMatch = None) -> PlainTextResponse:
        return PlainTextResponse("; ".join(if_match or []))

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        response = await client.get("/", headers=[("If-Match", '"a"'), ("If-Match", TAG)])

    assert response.text == f'"a"; {TAG}'
    (parameter,) = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert (parameter["name"], parameter["required"]) == ("if-match", False)
    assert {"type": "string"} in parameter["schema"]["anyOf"]


def test_tag_changes_with_the_values_of_other_rows() -> None:
    ada, eve = (Poem(title="Ode", author=Author(name=name)) for name in ("Ada", "Eve"))

    assert create_etag(Poem, ada) == create_etag(Poem, ada.model_copy())
    assert create_etag(Poem, ada) != create_etag(Poem, eve)

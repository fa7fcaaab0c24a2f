"""A data model that nobody here designed: said in one file, generated in one step, used by HTTP."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Create
from tests.e2e.owner import commit, newapi
from tests.e2e.test_resources import OnDatabase, check
from tests.matrix import PRESETS, ROOT, Answers

STORE = ROOT / "docs/examples/e-commerce.yml"
VISIT = '''\
"""A customer buys something."""

from httpx2 import AsyncClient

API = "/api/v1"


async def test_customer_orders_a_product_once(admin: AsyncClient, ada: AsyncClient) -> None:
    category = (await admin.post(f"{API}/product-categories", json={"name": "Shirts"})).json()
    shirt = {"name": "Shirt", "price": "19.90", "product_size": "XL"}
    sent = shirt | {"product_category_id": category["id"]}
    product = (await admin.post(f"{API}/products", json=sent)).json()
    details = {"gender": "FEMALE", "phone": "1", "city": "London", "country": "UK"}
    sent = details | {"address_line_1": "Dorset Street"}
    customer = (await ada.post(f"{API}/customer-details-list", json=sent)).json()
    paid = {"placed_date": "2026-01-31T12:00:00Z", "status": "PAID", "total_price": "39.80"}
    sent = paid | {"payment_method": "IDEAL", "customer_details_id": customer["id"]}
    cart = (await ada.post(f"{API}/shopping-carts", json=sent)).json()
    sent = {"quantity": 2, "total_price": "39.80"}
    order = sent | {"product_id": product["id"], "cart_id": cart["id"]}

    first = await ada.post(f"{API}/product-orders", json=order)
    second = await ada.post(f"{API}/product-orders", json=order)
    large = (await ada.get(f"{API}/products", params={"product_size": "XL"})).json()
    kept = await admin.delete(f"{API}/products/{product['id']}")
    emptied = await ada.delete(f"{API}/shopping-carts/{cart['id']}")

    assert (first.status_code, second.status_code) == (201, 409)
    assert first.json()["product"]["name"] == "Shirt"
    assert [row["product_category"]["name"] for row in large["items"]] == ["Shirts"]
    assert (kept.status_code, emptied.status_code) == (409, 204)
    assert (await ada.get(f"{API}/product-orders")).json()["items"] == []
'''

CONDUIT_VISIT = '''\
"""Two users write, follow and comment."""

from httpx2 import AsyncClient

from tests.factories.users import UserFactory

API = "/api/v1"


async def test_readers_follow_authors_and_comment(
    users: UserFactory, client: AsyncClient, ada: AsyncClient
) -> None:
    eve = await users.register("eve@example.com")
    author = (await ada.post(f"{API}/profiles", json={"username": "ada"})).json()
    sent = {"username": "eve", "following_ids": [author["id"]]}
    reader = (await eve.post(f"{API}/profiles", json=sent)).json()
    tag = (await ada.post(f"{API}/tags", json={"name": "engines"})).json()
    draft = {"slug": "notes", "title": "Notes", "description": "On engines", "body": "G"}
    sent = draft | {"tag_ids": [tag["id"]]}
    article = (await ada.post(f"{API}/articles", json=sent)).json()
    url = f"{API}/articles/{article['id']}"

    comment = {"body": "Well said", "article_id": article["id"]}
    commented = await eve.post(f"{API}/comments", json=comment)
    liked = [
        await eve.post(f"{API}/favourites", json={"article_id": article["id"]}) for _ in range(2)
    ]
    copied = await eve.post(f"{API}/articles", json=draft)
    changed = await eve.patch(url, json={"title": "Mine"})
    found = (await client.get(f"{API}/articles", params={"tag_id": tag["id"]})).json()
    params = {"following_id": author["id"]}
    followers = (await client.get(f"{API}/profiles", params=params)).json()
    deleted = await ada.delete(url)

    assert reader["following"] == [{"id": author["id"], "username": "ada"}]
    assert commented.status_code == 201
    assert [response.status_code for response in liked] == [201, 409]
    assert (copied.status_code, changed.status_code) == (409, 403)
    assert [row["title"] for row in found["items"]] == ["Notes"]
    assert followers["items"] == [reader]
    assert deleted.status_code == 204
    assert (await client.get(f"{API}/comments")).json()["items"] == []
'''


@pytest.mark.parametrize(
    ("model", "database"),
    [
        pytest.param("conduit", "postgres", marks=pytest.mark.slow),
        pytest.param("blog", "mysql", marks=pytest.mark.slow),
        pytest.param("conduit", "sqlite", marks=pytest.mark.long),
        pytest.param("conduit", "mysql", marks=pytest.mark.long),
        pytest.param("blog", "sqlite", marks=pytest.mark.long),
        pytest.param("blog", "postgres", marks=pytest.mark.long),
    ],
)
def test_blogs_with_tags_and_authors(
    model: str, database: str, create: Create, on_real_database: OnDatabase
) -> None:
    answers: Answers = {**PRESETS["standard"], "database": database}
    project = create(answers)
    commit(project)
    text = (ROOT / f"docs/examples/{model}.yml").read_bytes()
    (project.path / "models.yml").write_bytes(text)

    newapi(project, "generate")

    if model == "conduit":
        (project.path / "tests/api/v1/test_visit.py").write_text(CONDUIT_VISIT)
    commit(project)
    project.run("uv sync --quiet")
    project = on_real_database(project, answers)
    names = ("article", "profile", "favourite", "post", "member", "visit", "migration")
    check(project, f"tests/api/v1 tests/test_migrations.py -k '{' or '.join(names)}'")
    project.run("uv run alembic downgrade base && uv run alembic upgrade head")


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgres", "mysql"])
def test_words_of_resources(database: str, create: Create, on_real_database: OnDatabase) -> None:
    answers: Answers = {**PRESETS["standard"], "database": database, "admin": True}
    project = create(answers)
    commit(project)
    (project.path / "models.yml").write_bytes((ROOT / "docs/examples/bookings.yml").read_bytes())

    newapi(project, "generate")

    commit(project)
    project.run("uv sync --quiet")
    project = on_real_database(project, answers)
    check(project, "tests -k 'booking or room or move or migration or contract'")
    project.run("uv run alembic downgrade base && uv run alembic upgrade head")


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_store_of_jhipster(database: str, create: Create, on_real_database: OnDatabase) -> None:
    answers: Answers = {**PRESETS["standard"], "database": database}
    project = create(answers)
    commit(project)
    (project.path / "models.yml").write_bytes(STORE.read_bytes())

    newapi(project, "generate")

    (project.path / "tests/api/v1/test_visit.py").write_text(VISIT)
    commit(project)
    project.run("uv sync --quiet")
    project = on_real_database(project, answers)
    names = ("product", "customer", "shopping", "visit")
    check(project, f"tests/api/v1 tests/test_migrations.py -k '{' or '.join(names)} or migration'")
    project.run("uv run alembic downgrade base && uv run alembic upgrade head")

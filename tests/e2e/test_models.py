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


@pytest.mark.slow
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

"""An existing database becomes definitions by reflection."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy.engine import make_url

from newapi.errors import NewapiError
from newapi.model_import import database, readers
from tests.unit.model_import.sources import noted, shown, translated

TABLES = (
    "CREATE TABLE country (code char(2) NOT NULL PRIMARY KEY, name varchar(50) NOT NULL)",
    (
        "CREATE TABLE shop (id integer NOT NULL PRIMARY KEY, title varchar(100) NOT NULL,"
        " slug varchar(50) NOT NULL UNIQUE, rate numeric(5, 2) DEFAULT 1.5 NOT NULL,"
        " is_open boolean DEFAULT true NOT NULL, opened timestamp NULL,"
        " country_code char(2) NOT NULL, parent_id integer,"
        " FOREIGN KEY (country_code) REFERENCES country (code) ON DELETE CASCADE,"
        " FOREIGN KEY (parent_id) REFERENCES shop (id) ON DELETE SET NULL)"
    ),
    "CREATE INDEX by_title ON shop (title, rate)",
)


def check(address: str) -> None:
    """Check what the tables above become."""
    found = translated(database.read(address))

    country, shop = shown(found)["country"], shown(found)["shop"]
    assert country == {"code": "str(1..2, unique)", "name": "str(1..50)"}
    assert (
        shop
        == {
            "title": "str(1..100)",
            "slug": "str(1..50, unique)",
            "rate": "decimal(digits=5, places=2, default=1.5)",
            "is_open": "bool(default=true)",
            "opened": "datetime?",
            "country_code": "ref(country, on_delete=cascade, column=country_code)",
            "parent": "ref(shop)?",
        }
        or shop["rate"] == "decimal(digits=5, places=2, default=1.50)"
    )
    indexes = next(r for r in found.resources if r.definition.name == "shop").definition.indexes
    assert indexes == (("title", "rate"),)
    assert (found.relations.found, found.relations.taken) == (2, 2)
    assert noted(found)["shop.id"][1] == "id: a UUID"


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        for statement in TABLES:
            connection.execute(statement)
        connection.execute(
            "CREATE TABLE odd (thing, photo blob, a int, b int,"
            " CHECK (a > 1 AND a < b AND b % 3 = 1))"
        )
        connection.execute("CREATE VIEW every_shop AS SELECT * FROM shop")
    connection.close()

    check(f"sqlite+aiosqlite:///{path}")
    found = translated(readers.read(str(path), "database"))
    notes = noted(found)
    (odd,) = (each.definition for each in found.resources if each.definition.name == "odd")
    assert [rule.text for rule in odd.rules] == ["a < b"]
    assert shown(found)["odd"]["a"] == "int(gt=1)?"
    assert notes["odd.photo"][0] == "it has at most 65535 bytes"
    assert "CHECK" in notes["odd"][0]
    assert notes["1 view"] == ("only tables are read", "")


@pytest.fixture(params=["NEWAPI_TEST_POSTGRES", "NEWAPI_TEST_MYSQL"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of an empty database on a server."""
    if not (address := os.environ.get(request.param)):
        pytest.skip(f"{request.param} names no server")
    name = f"newapi_import_{uuid4().hex[:8]}"
    driver = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
    url = make_url(address)
    url = url.set(drivername=driver[url.get_backend_name()])
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    yield make_url(address).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name}"))
    engine.dispose()


def test_servers(server: str) -> None:
    url = make_url(server)
    driver = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
    engine = sqlalchemy.create_engine(url.set(drivername=driver[url.get_backend_name()]))
    with engine.begin() as connection:
        for statement in TABLES:
            connection.execute(sqlalchemy.text(statement))
    engine.dispose()

    check(server)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql+asyncpg://me:secret@127.0.0.1:1/x", "postgresql://me:***@127.0.0.1:1/x"),
        ("mysql://me:secret@127.0.0.1:1/x", "mysql://me:***@127.0.0.1:1/x"),
        ("oracle://me:secret@127.0.0.1/x", "not oracle"),
        ("postgresql://me:secret@127.0.0.1:port/x", "cannot be read"),
        ("sqlite:///missing.db", "There is no file missing.db"),
    ],
)
def test_database_that_does_not_answer(address: str, message: str) -> None:
    with pytest.raises(NewapiError) as raised:
        database.read(address)

    assert message in raised.value.message
    assert "secret" not in raised.value.message + raised.value.hint


def test_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    path.write_text("CREATE TABLE a (id int);" * 100)

    with pytest.raises(NewapiError, match="not a database"):
        readers.read(str(path), "database")


def test_extra_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    with pytest.raises(NewapiError) as raised:
        database.read("sqlite:///shop.db")

    assert raised.value.hint == "pip install 'newapi-cli[database]'"

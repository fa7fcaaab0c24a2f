import pytest

from app.setting_types.sqlite_url import parse_database_url


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("sqlite:///./app.db", "sqlite+aiosqlite:///./app.db"),
        ("sqlite:////data/app.db", "sqlite+aiosqlite:////data/app.db"),
        ("sqlite3:///app.db", "sqlite+aiosqlite:///app.db"),
        ("sqlite+pysqlite:///app.db?timeout=20", "sqlite+aiosqlite:///app.db?timeout=20"),
        (" 'sqlite+aiosqlite:///app.db' ", "sqlite+aiosqlite:///app.db"),
    ],
)
def test_urls_are_translated(written: str, expected: str) -> None:
    assert parse_database_url(written).render_as_string() == expected


@pytest.mark.parametrize(
    "written", ["app.db", "sqlite://app.db", "sqlite://", "sqlite:///:memory:", "oracle://a@b/c"]
)
def test_urls_of_no_file_are_rejected(written: str) -> None:
    with pytest.raises(ValueError, match=r"^must .*sqlite:///\./app\.db"):
        parse_database_url(written)

import pytest
from pydantic import BaseModel, ValidationError

from app.setting_types import HostList, OriginList, WebAddress


class Lists(BaseModel):
    hosts: HostList = []
    origins: OriginList = []
    address: WebAddress = ""


@pytest.mark.parametrize(
    ("written", "hosts"),
    [
        ("api.example.com", ["api.example.com"]),
        ("a.example.com, b.example.com c.example.com", [f"{n}.example.com" for n in "abc"]),
        ('["a.example.com", "b.example.com"]', ["a.example.com", "b.example.com"]),
        ("HTTPS://API.Example.com:8443/", ["api.example.com"]),
        ("api.example.com.", ["api.example.com"]),
        ("*.example.com", ["*.example.com"]),
        ("*", ["*"]),
        ("bücher.example", ["xn--bcher-kva.example"]),
        ("[::1]:8000 127.0.0.1", ["[::1]", "127.0.0.1"]),
    ],
)
def test_hosts_are_normalized(written: str, hosts: list[str]) -> None:
    assert Lists.model_validate({"hosts": written}).hosts == hosts


@pytest.mark.parametrize(
    "written",
    ["api*.example.com", "*example.com", ".example.com", "a.*.com", "a.com/path", "a b:c"],
)
def test_host_that_never_matches_is_rejected(written: str) -> None:
    with pytest.raises(ValidationError, match=r"hosts.*\n.*names "):
        Lists.model_validate({"hosts": written})


@pytest.mark.parametrize(
    ("written", "origins"),
    [
        ("https://App.Example.com/", ["https://app.example.com"]),
        ("https://a.example.com:443, http://a.example.com:80", None),
        ('["https://a.example.com", "http://a.example.com"]', None),
        ("http://localhost:3000", ["http://localhost:3000"]),
        ("https://bücher.example", ["https://xn--bcher-kva.example"]),
        ("http://[::1]:3000", ["http://[::1]:3000"]),
        ("capacitor://localhost", ["capacitor://localhost"]),
    ],
)
def test_origins_are_normalized(written: str, origins: list[str] | None) -> None:
    expected = origins or ["https://a.example.com", "http://a.example.com"]

    assert Lists.model_validate({"origins": written}).origins == expected


@pytest.mark.parametrize(
    "written",
    ["app.example.com", "localhost:3000", "*", "https://*.example.com", "https://a.com/b", "null"],
)
def test_origin_that_never_matches_is_rejected(written: str) -> None:
    with pytest.raises(ValidationError, match=r"origins.*\n.*names "):
        Lists.model_validate({"origins": written})


def test_web_address_has_a_scheme_and_no_slash_at_the_end() -> None:
    assert Lists(address="https://example.com/app/").address == "https://example.com/app"
    with pytest.raises(ValidationError, match=r"https://www\.example\.com"):
        Lists(address="example.com")

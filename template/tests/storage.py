"""The folder and the bucket that tests store files in; the S3 server is moto, in this process."""

import socket
from collections.abc import Generator
from io import BytesIO
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer
from PIL import Image
from pydantic import SecretStr

from app.config import Settings


@pytest.fixture(scope="session", autouse=True)
def storage_folder(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep stored files out of the project; return the folder that has them."""
    folder = tmp_path_factory.mktemp("storage")
    settings.storage_url = f"file://{folder}"
    return folder


def count_files(folder: Path) -> int:
    """Return the number of files in a folder and below it."""
    return sum(path.is_file() for path in folder.rglob("*"))


def draw_image(image_format: str = "PNG") -> bytes:
    """Return a small image."""
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, image_format)
    return file.getvalue()


def use_bucket(settings: Settings, address: str) -> Settings:
    """Return the settings with a bucket at this address."""
    changes = {
        "storage_url": "s3://files/tests",
        "aws_endpoint_url_s3": f"http://{address}",
        "aws_access_key_id": "app",
        "aws_secret_access_key": SecretStr("secret"),
    }
    return settings.model_copy(update=changes)


@pytest.fixture(scope="session")
def s3_settings(settings: Settings) -> Generator[Settings]:
    """Yield settings with an empty bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    address = "{}:{}".format(*server.get_host_and_port())
    with urlopen(Request(f"http://{address}/files", method="PUT")):  # creates the bucket
        yield use_bucket(settings, address)
    server.stop()


@pytest.fixture
def hanging_s3_settings(settings: Settings) -> Generator[Settings]:
    """Yield settings with a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield use_bucket(settings, f"127.0.0.1:{server.getsockname()[1]}")


@pytest.fixture(params=["settings", "s3_settings"], ids=["folder", "bucket"])
def storage_settings(request: pytest.FixtureRequest) -> Settings:
    """Return settings with a folder, then with a bucket."""
    settings: Settings = request.getfixturevalue(request.param)
    return settings

"""Typed clients of the API: `uv run app clients`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from app.factory import create_openapi_json
from app.verify import ROOT, run_command

CLIENTS = ROOT / "clients"
DOCUMENT = "openapi.json"
PYTHON = "python"
TYPESCRIPT = "typescript/src/schema.d.ts"
PYTHON_GENERATOR = "openapi-python-client@0.29.1"
SUFFIXES = {".json", ".md", ".py", ".toml", ".ts", ".typed"}

Check = Annotated[
    bool, typer.Option("--check", help="Write nothing, and fail if the clients are out of date.")
]


def clients(*, check: Check = False) -> None:
    """Write typed clients for Python and TypeScript into `clients/`."""
    current = read_generated_files(CLIENTS)
    if check and not current:
        typer.echo("There are no clients to check. `uv run app clients` writes them.")
        return
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        generate(folder)
        generated = read_generated_files(folder)
    names = sorted(current | generated)
    changed = [name for name in names if current.get(name) != generated.get(name)]
    if not check:
        write_files(CLIENTS, changed, generated)
        typer.echo(f"{len(changed)} files changed in clients/.")
    elif changed:
        typer.echo(f"Out of date, run `uv run app clients`: {', '.join(changed)}", err=True)
        raise typer.Exit(1)


def generate(folder: Path) -> None:
    """Write the OpenAPI document and the clients into a folder.

    Raises:
        Exit: If a generator fails or warns.
    """
    document, python, typescript = (folder / name for name in (DOCUMENT, PYTHON, TYPESCRIPT))
    document.write_text(create_openapi_json(), encoding="utf-8")
    config = f"--config={CLIENTS / 'python.yml'}"
    npm = ("npm", f"--prefix={CLIENTS / 'typescript'}")
    paths = (f"--path={document}", f"--output-path={python}")
    commands = (
        ("uvx", PYTHON_GENERATOR, "generate", "--meta=uv", "--fail-on-warning", config, *paths),
        ("ruff", "check", "--fix", "--quiet", f"{python}"),
        ("ruff", "format", "--quiet", f"{python}"),
        (*npm, "install", "--no-audit", "--no-fund"),
        (*npm, "exec", "--", "openapi-typescript", f"{document}", f"--output={typescript}"),
    )
    if not all(run_command(*command) for command in commands):
        raise typer.Exit(1)


def read_generated_files(folder: Path) -> dict[str, bytes]:
    """Return the contents of the generated files of a folder by their paths."""
    paths = [folder / DOCUMENT, folder / TYPESCRIPT, *(folder / PYTHON).rglob("*")]
    names = {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
    return {
        name: path.read_bytes()
        for name, path in names.items()
        if path.suffix in SUFFIXES and "/." not in name
    }


def write_files(folder: Path, names: list[str], contents: dict[str, bytes]) -> None:
    """Write files below a folder, and delete those without contents."""
    for path, content in ((folder / name, contents.get(name)) for name in names):
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

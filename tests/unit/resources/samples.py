"""Definitions that several tests use."""

from __future__ import annotations

from newapi.errors import UsageError
from newapi.generate.new_definition import Typed, define
from newapi.resources.definition import Access, Definition
from newapi.resources.project_names import ProjectNames

PRODUCT = (
    "name:str(1..100)",
    "price:decimal(gt=0,places=2)",
    "tags:list[str](max=5)",
    "category:ref(category)",
    "sku:str(unique)?",
    "stock:int(ge=0,default=0)",
    "status:enum(draft|live)",
    "due:date?",
    "meta:json?",
)


def make(
    name: str,
    *fields: str,
    around: ProjectNames | None = None,
    plural: str | None = None,
    access: Access | None = None,
) -> Definition:
    """Return a definition as the command line would make it."""
    typed = Typed(name=name, fields=fields, plural=plural, access=access)
    return define(typed, around or ProjectNames())


def shop() -> ProjectNames:
    """Return a project with categories and products."""
    around = ProjectNames()
    around = around.with_definition(make("category", "name:str(1..100)", around=around))
    return around.with_definition(make("product", *PRODUCT, around=around))


def problems(
    name: str,
    *fields: str,
    around: ProjectNames | None = None,
    plural: str | None = None,
    access: Access | None = None,
) -> list[tuple[str, str]]:
    """Return the problems of a command line, each with its fix."""
    try:
        make(name, *fields, around=around, plural=plural, access=access)
    except UsageError as error:
        return [(problem.message, problem.fix) for problem in error.problems]
    return []

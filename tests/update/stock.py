"""Fill a project with resources."""

from __future__ import annotations

from tests.runs import Result
from tests.update.project import Project

PRODUCT = ("product", "name:str(1..100)", "price:decimal(gt=0)?", "category:ref(category)")


def generate(project: Project, *words: str, code: int = 0) -> Result:
    """Run `newapi generate resource` in a project."""
    result = project.run("generate", "resource", *words, "--project", str(project.path), "--json")
    assert result.code == code, result.err
    return result


def stocked(project: Project) -> Project:
    """Give a project two resources, one of which refers to the other."""
    for words in (("category", "name:str", "--public"), PRODUCT):
        generate(project, *words)
        project.commit()
    return project

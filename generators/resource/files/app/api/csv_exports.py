"""CSV exports of lists."""

import csv
import json
import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from io import StringIO
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import ColumnExpressionArgument

from app.crud.base import CRUD, ModelT
from app.dependencies import SessionDep, StateDep
from app.schemas.common import ListParams, Page

BATCH_SIZE = 500
# Spreadsheets calculate cells that start like this; the last four are full-width characters.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d+)?")


class CSVResponse(StreamingResponse):
    """A CSV file that is sent while the database is read."""

    media_type = "text/csv"


class CSVExporter:
    """Sends all rows of a list as a CSV file."""

    def __init__(self, db: SessionDep, state: StateDep) -> None:
        self.db = db
        self.state = state

    async def export(
        self,
        crud: CRUD[ModelT, Any, Any],
        params: ListParams,
        *where: ColumnExpressionArgument[bool],
        schema: type[BaseModel],
        columns: Sequence[str],
    ) -> CSVResponse:
        """Return a response with the columns of all rows, as the schema shows them.

        The first batch is read before the response starts, so that an error has its own status.
        """
        params = params.model_copy(update={"limit": BATCH_SIZE})
        first = await crud.list(self.db, params, *where)

        async def write_rows() -> AsyncGenerator[str]:
            yield write_lines([columns])
            async for page in self.read_pages(first, crud, params, *where):
                rows = [schema.model_validate(row).model_dump(mode="json") for row in page.items]
                yield write_lines([get_cell(row, column) for column in columns] for row in rows)

        filename = f"{crud.model.__tablename__}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
        return CSVResponse(write_rows(), headers=headers)

    async def read_pages(
        self,
        page: Page[ModelT],
        crud: CRUD[ModelT, Any, Any],
        params: ListParams,
        *where: ColumnExpressionArgument[bool],
    ) -> AsyncGenerator[Page[ModelT]]:
        """Yield a page and all pages that follow it.

        Each has a transaction of its own, so that a slow client occupies no database connection.
        """
        yield page
        while page.next_cursor:
            following = params.model_copy(update={"cursor": page.next_cursor})
            async with self.state.sessionmaker() as db:
                page = await crud.list(db, following, *where)
            yield page


CSVExporterDep = Annotated[CSVExporter, Depends()]


def write_lines(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as the lines of a CSV file."""
    file = StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def get_cell(row: dict[str, Any], column: str) -> str:
    """Return the text of a cell; a column such as `category.name` leads into a referenced row."""
    value: Any = row
    for name in column.split("."):
        value = None if value is None else value[name]
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value

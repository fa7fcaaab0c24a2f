"""Definitions of the tests, and the files that the generator of the checkout makes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from newapi.generate.new_definition import Typed, define
from newapi.resources import inventory
from newapi.resources.definition import Access, Api, Definition
from newapi.resources.project_names import ProjectNames
from newapi.resources.rendering import Side, Workshop
from newapi.template.catalog import Value
from tests.matrix import PRESETS, ROOT

Definitions = Mapping[str, Definition]
Command = tuple[str, Access, Api, Sequence[str]]

ITEM = ("title:str(1..100,sort,search)", "description:text(search)?")
PRODUCT = (
    "name:str(1..100,sort,search)",
    "price:decimal(gt=0,places=2,filter,sort)",
    "tags:list[str](max=5)",
    "category:ref(category)",
    "sku:str(unique)?",
)
EVERY_TYPE = (
    *("label:str(3..5,filter)", "note:text(search)", "count:int(ge=0,le=10,filter)"),
    *("big:int(le=10000000000,filter,sort)", "ratio:float(gt=0,lt=1,sort)", "active:bool(filter)"),
    *("cost:decimal(ge=0.5,places=3,digits=9,filter,sort)",),
    *(
        "day:date(filter)",
        "starts:datetime(sort)",
        "code:uuid(unique)",
        "mail:email(unique)",
        "site:url",
    ),
    *("data:json", "state:enum(new|in_progress|done, filter)", "words:list[str](min=2,max=4)"),
    *("product:ref(product)", "text:text", "rank:int(ge=1,unique)"),
)
OPTIONAL = (
    *("o_label:str(..40,sort,search)?", "o_note:text?", "o_count:int(sort)?"),
    *("o_ratio:float(filter)?", "o_cost:decimal(le=-1,filter,sort)?", "o_active:bool?"),
    *("o_day:date(unique)?", "o_starts:datetime(filter,sort)?"),
    *(
        "o_code:uuid(filter)?",
        "o_mail:email(filter,sort)?",
        "o_site:url(unique)?",
        "o_data:json?",
        "o_words:list[str]?",
    ),
    *("o_state:enum(x|y)?", "parent:ref(kitchen)?", "other:ref(product)?"),
)
DEFAULTS = (
    *("level:int(default=3)", "rate:decimal(default=9.9)", "mode:enum(a|b,default=a)"),
    *("enabled:bool(default=true)", "extra:json(default={})", "names:list[str](default=[])"),
    *("since:datetime(default=2026-01-31T12:00:00Z)", "born:date(default=2026-01-31)"),
    *("weight:float(default=1.5)", "who:email(default=ada@example.com)"),
    "link:url(default=https://example.com/)",
)
STATION = (
    *("opens:time(filter,sort)", "takes:duration(filter,sort)", "photo:bytes(max=1000)"),
    *("total:bigint(filter,sort)", "o_opens:time(unique)?", "o_takes:duration(unique)?"),
    *("o_photo:bytes?", "o_total:bigint?", "shuts:time(default=18:00)"),
    *("lasts:duration(default=PT90M)", "amount:bigint(default=1)", "name:str(1..100)"),
    *(
        "views:int(read_only,default=0,sort)",
        "seen:datetime(read_only)?",
        "pin:str(4..8,write_only)",
    ),
    *("note:text(write_only)?", 'state:enum(new|old,labels="new: Not yet seen")'),
    *("cost:decimal(read_only,default=1.5)", "mode:enum(x|y,read_only,default=y)"),
)
TICKET = (
    *("title:str(1..100)", "author:ref(user, on_delete=cascade)", "user:ref(user, unique)?"),
    "watchers:many(user)",
)


EXPORTED = {"category", "kitchen", "report", "order_line"}  # as CSV
KEPT = {"category", "product", "kitchen"}  # in their tables when they are deleted


def shop(*, accounts: bool = True) -> list[Command]:
    """Return resources of every kind that refer to each other, in the order of their making."""
    owned: Access = "owned" if accounts else "public"
    admin: Access = "admin" if accounts else "public"
    users: list[Command] = [("ticket", "signed_in", "v1", TICKET)] if accounts else []
    return [
        *users,
        ("category", "public", "v1", ["name:str(1..100)"]),
        ("product", owned, "v1", PRODUCT),
        ("flag", "public", "v1", ["active:bool"]),
        ("kitchen", owned, "v1", [*EVERY_TYPE, *OPTIONAL, *DEFAULTS]),
        ("station", owned, "v1", STATION),
        ("report", admin, "v1", ["title:str", "product:ref(product)", "category:ref(category)?"]),
        ("order_line", owned, "v2", ["amount:int(gt=0)", "product:ref(product)"]),
    ]


def defined(
    commands: Sequence[Command],
    *,
    accounts: bool = True,
    versioned: Collection[str] = (),
    audited: Collection[str] = (),
) -> Definitions:
    """Return the definition that the command line would make of each."""
    around = ProjectNames(accounts=accounts)
    for name, access, api, fields in commands:
        typed = Typed(
            name=name,
            fields=tuple(fields),
            access=access,
            api=api,
            versioned=name in versioned,
            audited=name in audited,
            csv=name in EXPORTED,
            soft_delete=name in KEPT,
        )
        around = around.with_definition(define(typed, around))
    return around.definitions


def side(definitions: Definitions, answers: Mapping[str, Value]) -> Side:
    """Return what decides about the files of these resources in a project."""
    return Side(ROOT, {**PRESETS["standard"], **answers}, inventory.of(definitions))


def made(definitions: Definitions, **answers: Value) -> dict[str, str]:
    """Return the formatted modules of all resources, by their paths."""
    decided, workshop = side(definitions, answers), Workshop()
    workshop.prepare((decided, about) for about in decided.contexts.values())
    files = [workshop.files(decided, name) for name in definitions]
    return {
        path: entry.data.decode()
        for tree in files
        for path, entry in sorted(tree.items())
        if path.endswith(".py")
    }

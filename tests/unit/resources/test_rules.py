"""What keeps a resource from being made is said with the reason and the way out."""

from __future__ import annotations

import builtins
import json
import keyword
from dataclasses import replace

import pytest

from newapi.resources import composites, context, fields, limits, project_names, rules
from newapi.resources.definition import Access, Definition
from newapi.resources.project_names import ProjectNames
from newapi.resources.references import referrers
from tests.unit.resources.samples import PRODUCT, make, problems, shop


def test_good_resource_has_no_problems() -> None:
    around = shop()

    assert problems("product_2", *PRODUCT, around=around) == []
    for definition in around.definitions.values():
        assert rules.check(definition, around, is_new=False) == []


@pytest.mark.parametrize(
    ("name", "message", "fix"),
    [
        ("news", "'news' is its own plural", "--plural news_list"),
        ("products", "'products' is its own plural", "product, or --plural products_list"),
        ("class", "'class' is a keyword of Python", "Another name, like class_entry"),
        ("type", "'type' is a name of Python's own", "Another name, like type_entry"),
        ("credit", "'credits' is a name of Python's own", "--plural credit_list"),
        ("data", "'data' for something else", "Another name, like data_entry"),
        ("problem", "uses 'problems' for something else", "--plural problem_list"),
        ("test", "pytest collects", "Another name, like project_test"),
        ("testimonial", "pytest collects", "Another name, like project_testimonial"),
        ("tests", "pytest collects", "Another name, like project_tests_entry"),
        ("conftest", "loads what is called 'conftest'", "Another name, like conftest_entry"),
        ("latest_result", "", ""),
        ("decimal", "uses a class 'Decimal' already", "Another name, like decimal_entry"),
        ("warning", "'Warning' is a name of Python's own", "Another name, like warning_entry"),
        ("list_query", "uses a class 'ListQuery' already", "Another name, like list_query_entry"),
        ("current", "", ""),
        ("match", "", ""),
        ("case", "", ""),
        ("order", "", ""),
        ("group", "", ""),
        ("_order", "it starts with an underscore", "order"),
    ],
)
def test_name_of_a_resource(name: str, message: str, fix: str) -> None:
    found = problems(name, "name:str")

    if message:
        assert any(message in said and fix == way for said, way in found), found
    else:
        assert found == []


WORDS = sorted(
    {
        *(word.lower() for word in dir(builtins) if not word.startswith("_")),
        *keyword.kwlist,
        *("test", "tests", "test_results", "conftest", "base", "user", "users", "data", "page"),
        *("item_read", "settings", "redis", "metadata", "problem", "news", "list_query", "token"),
        f"test_{'x' * 20}",
    }
)


@pytest.mark.parametrize("word", WORDS)
def test_what_is_proposed_instead_can_be_used(word: str) -> None:
    texts = {
        "app/models/user.py": 'class User:\n    __tablename__ = "users"\n',
        "tests/api/v1/test_tokens.py": "",
    }
    around = project_names.look(
        shop().definitions, texts, accounts=True, storage=True, database="sqlite"
    )
    name = word.lower()
    for message, fix in problems(name, "name:str", around=around):
        if fix.startswith("Another name, like "):
            assert problems(fix.split()[-1], "name:str", around=around) == [], message
            continue
        other, _, plural = fix.rpartition("--plural ")
        assert problems(name, "name:str", around=around, plural=plural) == [], message
        if other:
            assert problems(other.split(",")[0], "name:str", around=around) == [], message


def test_plural_can_be_named() -> None:
    assert make("news", "title:str", plural="news_items").plural == "news_items"
    assert make("credit", "title:str", plural="creditEntries").plural == "credit_entries"
    [(message, fix)] = problems("news", "title:str", plural="1")
    assert message.startswith("'1' cannot be the plural: it must be a letter, then letters")
    assert fix == "--plural products"


@pytest.mark.parametrize(
    ("name", "proposed"), [("class_", "class_entry"), ("_base", "base_entry"), ("1st", "st")]
)
def test_name_with_a_wrong_character_gets_one_that_can_be_used(name: str, proposed: str) -> None:
    [(message, fix)] = problems(name, "name:str")

    assert message.startswith(f"'{name}' cannot be a resource's name")
    assert fix == proposed
    assert problems(fix, "name:str") == []


@pytest.mark.parametrize(
    ("field", "message", "fix"),
    [
        ("id:int", "every resource has it already", "number:int"),
        ("owner:str(9)", "every resource has it already", "manager:str(1..9)"),
        ("limit:int", "lists take it as a parameter", "maximum:int"),
        ("metadata:json", "SQLAlchemy's models have an attribute", "details:json"),
        ("kwargs:json", "Pydantic's plugin for mypy", "arguments:json"),
        ("mro:int", "Pydantic's models have an attribute", "mro_value:int"),
        ("register:bool", "Pydantic's models have an attribute", "registration:bool"),
        ("copy:bool", "Pydantic's models have an attribute", "copy_value:bool"),
        ("model_dump:bool", "Pydantic's models have an attribute", "dump_value:bool"),
        ("date:date", "the class of the model uses", "due_date:date"),
        ("class:str(9)", "it is a keyword of Python", "class_value:str(1..9)"),
        ("none:bool", "would be called None, a name of Python's own", "none_value:bool"),
        ("warning:bool", "would be called Warning, a name", "warning_value:bool"),
        ("filters:json", "the schemas of every resource have", "filters_value:json"),
        ("create:enum(a|b)", "would bring a second type ThingCreate", "create_kind:enum(a|b)"),
        (
            "list_params:int(gt=1)",
            "would bring a second type ThingListParams",
            "list_params_value:int(gt=1)",
        ),
        ("thing_read:str(9)", "would bring a second type ThingRead", "thing_read_value:str(1..9)"),
        ("name:str(9..1)", "at least 9 and at most 1 contradict", "name:str(1..9)"),
        ("name:str(0..0)", "needs room for 1 characters at least", "name:str(1..100)"),
        ("name:str(5000)", "str has at most 1000 characters", "name:text(max=5000)"),
        ("name:text(max=999999)", "text has at most 100000 characters", "name:text(0..100000)"),
        ("tags:list[str](9999)", "list[str] has at most 1000 entries", "tags:list[str](0..1000)"),
        ("name:str(256,unique)", "255 characters in an index", "name:str(1..255, unique)"),
        ("site:url(9)", "needs room for 30 characters", "site:url"),
        ("x:int(gt=1,lt=2)", "no number is within these bounds", "x:int(ge=0)"),
        ("x:int(gt=2147483647)", "no number is within these bounds", "x:int(ge=0)"),
        ("x:int(gt=0,ge=1)", "two lower bounds; keep one", "x:int(ge=0)"),
        ("x:float(gt=1,le=1)", "no number is within these bounds", "x:float(ge=0)"),
        ("x:float(ge=0.12345678901234567890)", "more digits than a float keeps", "x:float(ge=0)"),
        ("x:decimal(gt=0,lt=0.01)", "no number is within", "x:decimal(gt=0,places=2)"),
        ("x:decimal(ge=0.001)", "ge=0.001 has more than 2 places", "x:decimal(gt=0,places=2)"),
        (
            "x:decimal(digits=3,le=10)",
            "le=10 has more than 1 digits before the point",
            "x:decimal(gt=0,places=2)",
        ),
        (
            "x:decimal(digits=2,places=3)",
            "3 places do not fit into 2 digits",
            "x:decimal(digits=3, places=2)",
        ),
        (
            "x:decimal(digits=16)",
            "SQLite keeps 15 digits exactly",
            "x:decimal(digits=15, places=2)",
        ),
        ("x:int(ge=0,default=-1)", "default=-1 is outside of the bounds", "x:int(ge=0)"),
        ("x:int(gt=0,default=0)", "default=0 is outside of the bounds", "x:int(gt=0)"),
        ("x:int(default=9999999999)", "is outside of the bounds", "x:int"),
        ("x:decimal(default=0.001)", "more than 2 places", "x:decimal(digits=12, places=2)"),
        ("x:str(3..4,default=ab)", "has less than 3 characters", "x:str(3..4)"),
        ("x:list[str](1..2,default=[])", "has less than 1 entries", "x:list[str](1..2)"),
        ("x:int(default=1)?", "is empty in old rows and needs no default", "x:int?"),
        ("x:int(unique,default=1)", "would not be unique", "x:int(unique)"),
        ("x:int(ge=1,le=9,unique)", "room for 9 rows only", "x:int(ge=1, le=9)"),
        (
            "x:decimal(digits=1,places=0,unique)",
            "room for 19 rows",
            "x:decimal(digits=1, places=0)",
        ),
        ("x:str(256,sort)", "255 characters in an index", "x:str(1..255, sort)"),
        ("body:text(sort)", "text cannot have sort: no index holds", "body:text(max=5000)"),
        ("other:ref(thing, filter)?", "lists filter by every reference", "other:ref(category)"),
        ("state:enum(a|b, sort)", "its values have no order", "state:enum(draft|live)"),
        ("data:json(filter)", "json has no option 'filter'", "data:json"),
        ("x:int(filter=1)", "filter takes no value", "x:int(ge=0)"),
        ("l:int", "in many fonts it looks like a number", "l_value:int"),
        ("way:enum(i|out)", "i cannot be a value: in many", "way:enum(i_value|out)"),
        ("api_token:str(default=x)", "looks like a password", "api_token:str(1..255)"),
        (f"x:str(default={'a' * 61})", "too many for a line of code", "x:str(1..255)"),
        ("other:ref(thing)", "the first thing could refer to none", "other:ref(thing)?"),
        ("other_id:ref(thing)?", "gets its _id by itself", "other:ref(thing)?"),
    ],
)
def test_field_that_cannot_be(field: str, message: str, fix: str) -> None:
    found = problems("thing", field)

    assert len(found) == 1, found
    assert message in found[0][0]
    assert found[0][1].startswith(fix)


def test_fields_of_one_column_clash() -> None:
    fields = ("category:ref(category)", "category_id:uuid", "line_1:int", "line1:int", "a:int")

    assert [message for message, _ in problems("thing", *fields, "a:str", around=shop())] == [
        "There are 2 fields called a.",
        "line1 would bring a second type Line1.",
        "category is stored as category_id, which is a field too.",
    ]


def test_number_of_fields_has_limits() -> None:
    many = [f"field_{n}:int" for n in range(51)]

    assert problems("thing") == [("thing has no fields.", "name:str(1..100)")]
    assert "51 fields; 50 are allowed" in problems("thing", *many)[0][0]


def test_syntax_and_rules_are_complained_about_together() -> None:
    found = problems("class", "id:int", "x:strng", "r:ref(categry)", around=shop())

    assert len(found) == 4
    assert ("r: there is no resource categry. Did you mean category?", "r:ref(category)") in found


def test_mysql_has_limits_of_its_own() -> None:
    around = ProjectNames(database="mysql")
    fields = [f"text_{n}:str(1000)" for n in range(17)]

    assert "a row of MySQL 65000" in problems("thing", *fields, around=around)[0][0]
    assert problems("thing", *fields[1:], "site:url", around=around) == []
    assert problems("thing", "body:text(20000)", around=around)[0][1] == "body:text(0..16383)"
    assert problems("thing", "x:decimal(digits=28)", around=around) == []


@pytest.mark.parametrize(
    ("access", "target", "allowed"),
    [
        ("owned", "owned", True),
        ("owned", "public", True),
        ("owned", "admin", False),
        ("public", "owned", False),
        ("public", "public", True),
        ("public", "admin", False),
        ("admin", "owned", True),
        ("admin", "public", True),
        ("admin", "admin", True),
    ],
)
def test_references_show_nothing_that_is_hidden(
    access: Access, target: Access, *, allowed: bool
) -> None:
    around = ProjectNames().with_definition(make("category", "name:str", access=target))

    found = problems("thing", "category:ref(category)", around=around, access=access)

    assert (found == []) == allowed
    assert allowed or "thing is read by" in found[0][0]


def test_without_accounts_everything_is_public() -> None:
    around = ProjectNames(accounts=False)

    assert make("thing", "name:str", around=around).access == "public"
    assert make("thing", "name:str").access == "owned"
    assert problems("thing", "name:str", around=around, access="owned") == [
        ("A project without accounts has no owners.", "`newapi add auth` first, or use --public")
    ]


def test_required_references_in_a_circle_are_refused() -> None:
    around = ProjectNames().with_definition(make("a_thing", "name:str"))
    around = around.with_definition(make("b_thing", "a:ref(a_thing)", around=around))
    first = around.definitions["a_thing"]
    back = make("c_thing", "b:ref(b_thing)", around=around).fields

    circle = Definition(name="a_thing", plural="a_things", access="owned", fields=back)

    messages = [problem.message for problem in rules.check(circle, around, is_new=False)]
    assert messages == [
        "Each of these needs the next one to exist first: a_thing → b_thing → a_thing."
    ]
    assert rules.check(first, around, is_new=False) == []
    assert [name for name, _ in referrers("a_thing", around.definitions)] == ["b_thing"]


def test_names_of_the_project_are_taken() -> None:
    texts = {
        "app/models/user.py": "class UserRole(StrEnum):\n    pass\n\n\nclass User(Entity):\n"
        '    __tablename__ = "users"\n',
        "app/models/session.py": 'class AuthSession(Entity):\n    __tablename__ = "sessions"\n',
        "app/schemas/common.py": "class Page(BaseModel):\n",
        "app/schemas/__init__.py": "",
        "app/core/tokens.py": "class AccessClaims:\n",
        "app/api/v1/endpoints/auth.py": "",
        "tests/factories/people.py": "",
        "README.md": "class Readme",
    }
    around = project_names.look({}, texts, accounts=True, storage=True, database="sqlite")

    for name, path in {
        "user": "app/models/user.py",
        "common": "app/schemas/common.py",
        "auth": "app/api/v1/endpoints/auth.py",
        "person": "tests/factories/people.py",
        "auth_session": "app/models/session.py",
        "access_claim": "",
        "readme": "",
    }.items():
        found = problems(name, "name:str", around=around)
        assert (path in str(found)) if path else not found, (name, found)
    assert "already, in app/models/user.py" in str(
        problems("user", "role:enum(a|b)", around=around)
    )
    assert problems("email", "name:str", plural="sessions", around=around)


def test_resources_do_not_share_names() -> None:
    around = shop()

    assert "--add FIELD" in problems("product", "name:str", around=around)[0][1]
    assert problems("thing", "name:str", plural="products", around=around)
    [(message, fix)] = problems("product_status", "name:str", around=around)
    assert message == "The resource product has a class ProductStatus already."
    assert fix == "Another name, like product_status_entry"


def test_names_that_nothing_would_shorten_are_refused() -> None:
    around = shop()
    long = "shipment_of_returned_chair_broken_leg"
    unique = "number_of_the_complaint_about_it:str(unique)"

    [(message, fix)] = problems(long, "categories_that_it_belongs_to:many(category)", around=around)
    deleted = replace(make(long, unique), soft_delete=True)
    of_index = rules.check(deleted, around, is_new=True)

    name = f"pk_{long}s_categories_that_it_belongs_to"
    assert message.startswith(f"{name}, a name in the database, would have {len(name)} characters")
    assert "--plural" in fix
    assert f"uq_{long}s_owner_id_number_of_the_complaint_about_it, a name" in of_index[0].message
    assert not problems(long, unique, "category_of_complaint:ref(category)", around=around)


def test_template_is_told_everything() -> None:
    around = shop()

    told = context.of_all(around.definitions)

    assert json.loads(json.dumps(told)) == told
    product = context.of_definition(around.definitions["product"], around.definitions)
    assert told["product"] == product
    assert (product["class_name"], product["titles"]) == ("Product", "products")
    keys = (
        "name column type big optional unique filter range sort search min max gt ge lt le places"
        " digits values types enum_class target target_class target_plural target_access"
        " target_soft_delete own_rows unique_per_owner refers_to_users target_label target_required"
        " default default_seconds"
        " default_moment stored members default_member on_delete description labels read_only"
        " write_only counted"
        " low high years given instead_of compared one_of"
    )
    fields = product["fields"]
    assert isinstance(fields, list)
    assert all(isinstance(field, dict) and list(field) == keys.split() for field in fields)
    category = context.of_field(
        around.definitions["product"].fields[3], around.definitions["product"], around.definitions
    )
    assert category["column"] == "category_id"
    assert category["target_label"] == "name"
    assert category["target_required"] == ["name"]


def test_lists_have_an_index_for_every_filter_and_sort_order() -> None:
    fields = (
        *("name:str(1..100,sort)", "state:enum(a|b,filter)", "price:decimal(filter)"),
        *("sku:str(unique,sort)", "seen:datetime(filter,sort)?", "note:text(search)", "plain:int"),
    )
    definitions = [make("thing", *fields, access=access) for access in ("owned", "public")]

    owned, public = (
        [group["name"] for group in composites.of_table(definition)] for definition in definitions
    )

    columns = ("name_id", "state_created_at", "price_id", "seen_id")
    assert public == [*(f"ix_things_{name}" for name in columns), "ix_things_search"]
    assert owned == [*(f"ix_things_owner_id_{name}" for name in columns), "ix_things_search"]


def test_bytes_are_refused_where_the_driver_cannot_store_them() -> None:
    [problem] = limits.check(fields.parse("photo:bytes(max=1000)"), "mysql")

    assert "aiomysql" in problem.message
    assert problem.fix == "photo:text(max=1336)"
    assert not [*limits.check(fields.parse("photo:bytes(max=1000)"), "postgres")]


def test_class_that_a_type_needs_is_no_name_beside_it() -> None:
    around = ProjectNames()

    assert not rules.check(make("shift", "time:datetime"), around, is_new=True)
    shift = replace(make("shift", "at:time"), fields=(fields.parse("time:time"),))
    assert [each.fix for each in rules.check(shift, around, is_new=True)] == ["starts_at:time"]


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("x:int(read_only)", "needs a default or a ?", "x:int(read_only)?"),
        ("x:int(read_only, write_only)?", "contradict", "x:int(read_only)?"),
        ("x:str(1..9, filter, write_only)", "lists would show", "x:str(1..9, write_only)"),
        ("x:str(1..9, unique, write_only)", "no unique values", "x:str(1..9, write_only)"),
    ],
)
def test_fields_of_one_way_are_checked(text: str, message: str, fix: str) -> None:
    [problem] = limits.check(fields.parse(text), "sqlite")

    assert message in problem.message
    assert problem.fix == fix


def test_write_only_field_is_no_label_of_its_rows() -> None:
    around = ProjectNames()
    category = make("category", "pin:str(1..9,write_only)", "name:str(1..9)", access="public")
    around = around.with_definition(category)
    product = make("product", "category:ref(category)", around=around, access="public")

    told = context.of_field(product.fields[0], product, around.with_definition(product).definitions)

    assert told["target_label"] == "name"

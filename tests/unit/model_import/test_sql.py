"""SQL of four databases, written by people and dumped, becomes definitions."""

from __future__ import annotations

import pytest

from newapi.model_import import sql, sql_statements
from newapi.model_import.source_model import SourceError
from tests.unit.model_import.sources import noted, of_sql, shown

POSTGRES = """\
-- PostgreSQL database dump
SET statement_timeout = 0;
\\connect shop
CREATE TYPE public.rating AS ENUM ('G', 'PG-13');
CREATE DOMAIN public.year AS integer
    CONSTRAINT year_check CHECK (((VALUE >= 1901) AND (VALUE <= 2155)));
CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$
CREATE TABLE never (id int);
$$;
CREATE TABLE public.languages (
    language_id integer DEFAULT nextval('public.languages_seq'::regclass) NOT NULL,
    name character(20) NOT NULL
);
CREATE TABLE public.films (
    film_id integer GENERATED ALWAYS AS IDENTITY,
    title character varying(255) NOT NULL,
    description text,
    release_year public.year,
    language_id integer NOT NULL,
    original_language_id integer,
    "rentalDuration" smallint DEFAULT 3 NOT NULL,
    rate numeric(4,2) DEFAULT 4.99 NOT NULL CHECK (rate > 0),
    rating public.rating DEFAULT 'G'::public.rating NOT NULL,
    kind character varying(10) NOT NULL,
    features text[],
    seen timestamp without time zone DEFAULT now() NOT NULL,
    opens time,
    stored bytea,
    words tsvector,
    total bigint,
    data jsonb,
    code uuid,
    price_with_tax numeric(6,2) GENERATED ALWAYS AS (rate * 1.2) STORED,
    metadata text,
    CONSTRAINT kinds CHECK (((kind)::text = ANY
        ((ARRAY['long'::character varying, 'short'::character varying])::text[]))),
    CONSTRAINT odd CHECK (release_year > film_id)
);
COMMENT ON TABLE public.films IS 'What is shown';
COMMENT ON COLUMN public.films.title IS 'As "it" is printed';
COPY public.languages (language_id, name) FROM stdin;
1\tEnglish; it's one
\\.
ALTER TABLE ONLY public.films ADD CONSTRAINT films_pkey PRIMARY KEY (film_id);
ALTER TABLE ONLY public.languages ADD CONSTRAINT languages_pkey PRIMARY KEY (language_id);
ALTER TABLE ONLY public.films ADD CONSTRAINT films_title UNIQUE (title, release_year);
ALTER TABLE public.films OWNER TO somebody;
CREATE INDEX films_rate ON public.films USING btree (rate);
CREATE INDEX films_words ON public.films USING gin (words);
CREATE INDEX films_lower ON public.films USING btree (lower((title)::text));
CREATE UNIQUE INDEX films_one ON public.films USING btree (rating) WHERE (rate > 5);
CREATE VIEW public.all_films AS SELECT * FROM public.films;
ALTER TABLE ONLY public.films
    ADD CONSTRAINT films_language FOREIGN KEY (language_id) REFERENCES public.languages(language_id)
    ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ONLY public.films
    ADD CONSTRAINT films_original FOREIGN KEY (original_language_id)
    REFERENCES public.languages(language_id);
"""


def test_dump_of_postgresql() -> None:
    found = of_sql(POSTGRES)

    assert shown(found)["film"] == {
        "title": "str(1..255, description=\"As 'it' is printed\")",
        "description": "text(0..10000)?",
        "release_year": "int(ge=1901, le=2155)?",
        "language": "ref(language, on_delete=cascade)",
        "original_language": "ref(language, on_delete=restrict)?",
        "rental_duration": "int(default=3)",
        "rate": "decimal(gt=0, digits=4, places=2, default=4.99)",
        "rating": "enum(G|PG-13, default=G)",
        "kind": "enum(long|short)",
        "features": "list[str](0..20)?",
        "seen": "datetime",
        "opens": "time?",
        "stored": "bytes(65535)?",
        "total": "bigint?",
        "data": "json?",
        "code": "uuid?",
        "details": "text(0..10000, column=metadata)?",
    }
    film = next(each for each in found.resources if each.definition.name == "film")
    assert film.description == "What is shown"
    assert film.definition.unique == (("title", "release_year"),)
    assert film.definition.indexes == (("rate",),)
    assert (found.fields.found, found.fields.taken) == (20, 18)
    assert (found.relations.found, found.relations.taken) == (2, 2)


def test_everything_without_an_equal_in_a_dump_is_listed() -> None:
    found = of_sql(POSTGRES)

    lines = {note.subject: note.line for note in found.notes}
    assert lines["films.stored"] == 28
    assert lines["films.words"] == 29
    assert lines["films.price_with_tax"] == 33
    assert lines["films.seen"] == 26
    subjects = lines.keys()
    assert {"films", "films (words)", "1 view", "1 function", "1 row"} <= subjects
    assert {"films.film_id", "films.metadata"} <= subjects
    assert noted(found)["films.film_id"][1] == "id: a UUID"


MYSQL = """\
-- MySQL dump 10.13
/*!40101 SET NAMES utf8 */;
# another comment; with a semicolon
DROP TABLE IF EXISTS `customer`;
CREATE TABLE `customer` (
  `customer_id` smallint unsigned NOT NULL AUTO_INCREMENT,
  `first_name` varchar(45) NOT NULL DEFAULT '' COMMENT 'The given; name',
  `email` varchar(50) DEFAULT NULL,
  `active` tinyint(1) NOT NULL DEFAULT '1',
  `level` tinyint unsigned NOT NULL DEFAULT '0',
  `score` bigint(20) unsigned NOT NULL,
  `kind` enum('new','old') NOT NULL DEFAULT 'new',
  `hobbies` set('a','b') DEFAULT NULL,
  `born` year DEFAULT NULL,
  `place` point NOT NULL /*!80003 SRID 0 */,
  `spot` geometry NOT NULL SRID 0,
  `long_notes` longtext,
  `short_notes` varchar(4000) DEFAULT NULL,
  `seen` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  `visited` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  PRIMARY KEY (`customer_id`),
  UNIQUE KEY `email` (`email`),
  KEY `names` (`first_name`(10),`active`) USING BTREE,
  FULLTEXT KEY `notes` (`long_notes`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Who ''buys''';
INSERT INTO `customer` VALUES (1,'it\\'s; one');
DELIMITER ;;
CREATE TRIGGER t AFTER INSERT ON customer FOR EACH ROW BEGIN
  CREATE TABLE never (id int);
END;;
DELIMITER ;
CREATE TABLE `order` (`id` int NOT NULL, `customer_id` smallint unsigned DEFAULT NULL);
ALTER TABLE `order`
  ADD PRIMARY KEY (`id`),
  ADD KEY `c` (`customer_id`);
ALTER TABLE `order`
  ADD CONSTRAINT `f` FOREIGN KEY (`customer_id`) REFERENCES `customer` (`customer_id`)
  ON DELETE SET NULL;
"""


def test_dump_of_mysql() -> None:
    found = of_sql(MYSQL)

    assert shown(found) == {
        "customer": {
            "first_name": 'str(0..45, default="", description="The given; name")',
            "email": "str(1..50, unique)?",
            "active": "bool(default=true)",
            "level": "int(ge=0, default=0)",
            "score": "bigint(ge=0)",
            "kind": "enum(new|old, default=new)",
            "hobbies": "list[str](0..20)?",
            "born": "int(ge=1901, le=2155)?",
            "long_notes": "text(0..10000)?",
            "short_notes": "text(0..4000)?",
            "seen": "datetime",
            "visited": "datetime",
        },
        "order": {"customer": "ref(customer)?"},
    }
    (customer, _) = found.resources
    assert customer.description == "Who 'buys'"
    assert customer.definition.indexes == (("first_name", "active"),)
    notes = noted(found)
    assert notes["customer.place"] == ("there is no type for point", "")
    assert notes["customer.spot"] == ("there is no type for geometry", "")
    assert "0000-00-00" in notes["customer.visited"][0]
    assert notes["customer (long_notes)"][0] == "there is no fulltext index"
    assert {"1 trigger", "1 row"} <= notes.keys()


SQL_SERVER = """\
CREATE TABLE [dbo].[Orders](
    [OrderId] [int] IDENTITY(1,1) NOT FOR REPLICATION NOT NULL,
    [Name] [nvarchar](max) NULL,
    [Title] [nvarchar](50) NOT NULL,
    [Amount] [money] NOT NULL,
    [rowguid] [uniqueidentifier] ROWGUIDCOL NOT NULL,
    [IsOpen] [bit] NOT NULL,
    [Total] AS ([Amount]*2) PERSISTED,
    CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([OrderId] ASC) WITH (PAD_INDEX = OFF) ON [PRIMARY]
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
ALTER TABLE [dbo].[Orders] ADD CONSTRAINT [DF] DEFAULT ((1)) FOR [IsOpen]
GO
CREATE TABLE [dbo].[OrderLines] (
    [OrderId] int NOT NULL, [LineNumber] int NOT NULL, [Quantity] int NOT NULL,
    PRIMARY KEY NONCLUSTERED ([OrderId], [LineNumber]),
    CONSTRAINT [CK] CHECK ([Quantity] BETWEEN 1 AND 99)
)
ALTER TABLE [dbo].[OrderLines] WITH CHECK ADD CONSTRAINT [FK] FOREIGN KEY ([OrderId])
REFERENCES [dbo].[Orders] ([OrderId]) ON DELETE NO ACTION
GO
CREATE NONCLUSTERED INDEX [I] ON [dbo].[Orders] ([Title] ASC) WITH (FILLFACTOR = 80) ON [PRIMARY]
GO
"""


def test_script_of_sql_server() -> None:
    found = of_sql(SQL_SERVER)

    assert shown(found) == {
        "order": {
            "name": "text(0..10000)?",
            "title": "str(1..50)",
            "amount": "decimal(digits=19, places=4)",
            "rowguid": "uuid",
            "is_open": "bool(default=true)",
        },
        "order_line": {
            "order": "ref(order)",
            "line_number": "int",
            "quantity": "int(ge=1, le=99)",
        },
    }
    order, line = (each.definition for each in found.resources)
    assert order.indexes == (("title",),)
    assert line.unique == (("order", "line_number"),)
    assert noted(found)["Orders.Total"] == ("there are no computed columns", "")


def test_sql_of_sqlite() -> None:
    found = of_sql("""\
CREATE TABLE [Album] ([AlbumId] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  [Title] NVARCHAR(160) NOT NULL, anything,
  rating text CHECK (rating IN ('G', 'R')) DEFAULT 'G',
  [ArtistId] INTEGER NOT NULL REFERENCES [Artist] ([ArtistId]));
CREATE TABLE [Artist] ([ArtistId] INTEGER NOT NULL PRIMARY KEY, [Name] NVARCHAR(120) UNIQUE);
CREATE TRIGGER t AFTER INSERT ON Album BEGIN UPDATE Album SET Title = 'x'; END;
""")

    assert shown(found) == {
        "album": {
            "title": "str(1..160)",
            "anything": "text(0..10000)?",
            "rating": "enum(G|R)?",
            "artist": "ref(artist)",
        },
        "artist": {"name": "str(1..120, unique)?"},
    }
    assert noted(found)["Album.rating"][0] == "what is optional has no default, here G"


def test_checks_over_several_columns_become_rules() -> None:
    found = of_sql("""\
CREATE TABLE trips (
  id int PRIMARY KEY, starts date NOT NULL, ends date, phone varchar(20), email varchar(99),
  low int NOT NULL, high int NOT NULL CHECK (high > low),
  CHECK (ends IS NULL OR ends >= starts), CHECK (phone IS NOT NULL OR NOT email IS NULL),
  CONSTRAINT odd CHECK (low + 1 < high), CHECK (low <> high)
);
""")

    assert [rule.text for rule in found.resources[0].definition.rules] == [
        "high > low",
        "ends >= starts",
        "at least one of phone or email",
    ]
    left_out = [note.message for note in found.notes if "CHECK" in note.message]
    assert sorted(left_out) == [
        "there is no rule like CHECK (low + 1 < high)",
        "there is no rule like CHECK (low <> high)",
    ]


def test_checks_of_single_columns_become_limits() -> None:
    found = of_sql("""\
CREATE TABLE parts (
  id int PRIMARY KEY, name varchar(40) NOT NULL CHECK (name <> '' AND name ~ '^[A-Z]'),
  code varchar(40) CHECK (char_length(code) >= 3 AND length(code) < 9),
  notes text CHECK (notes != ''),
  stars int CHECK (stars IN (3, 1, 2)), odd int CHECK (odd IN (1, 3)), size int,
  weight int CHECK (weight IS NULL OR weight > 0), length int CHECK (0 <= length),
  CHECK (size IS NULL OR name > '' OR weight > 3)
);
""")

    assert shown(found)["part"] == {
        "name": "str(1..40)",
        "code": "str(3..8)?",
        "notes": "text(1..10000)?",
        "stars": "int(ge=1, le=3)?",
        "odd": "int?",
        "size": "int?",
        "weight": "int(gt=0)?",
        "length": "int(ge=0)?",
    }
    left_out = [note.message for note in found.notes if "CHECK" in note.message]
    assert len(left_out) == 3
    assert "there is no rule like CHECK (name ~ '^[A-Z]')" in left_out


def test_checks_of_how_many_columns_have_a_value() -> None:
    found = of_sql("""\
CREATE TABLE reports (
  id int PRIMARY KEY, a int, b int, c int, d int, e int, f int,
  CHECK (num_nonnulls(a, b, c) = 1),
  CHECK ((d IS NULL AND e IS NOT NULL) OR (d IS NOT NULL AND e IS NULL)),
  CHECK (num_nonnulls(f) > 1), CHECK ((d IS NULL AND f IS NULL) OR (d IS NULL AND f IS NULL)),
  CHECK (gone > f)
);
CREATE TABLE moderator_answers (
  id int PRIMARY KEY, reported_comment int, reported_post int, reported_message int,
  CHECK (num_nonnulls(reported_comment, reported_post, reported_message) >= 1)
);
""")

    report, answer = (each.definition for each in found.resources)
    assert [rule.text for rule in report.rules] == [
        "exactly one of a or b or c",
        "exactly one of d or e",
    ]
    assert [rule.text for rule in answer.rules] == [
        "at least one of reported_comment or reported_post or reported_message"
    ]
    left_out = [note.message for note in found.notes if "CHECK" in note.message]
    assert "there is no rule like CHECK (NUM_NONNULLS(f) > 1)" in left_out
    assert "there is no rule like CHECK (gone > f)" in left_out


def test_migrations_one_after_the_other() -> None:
    found = of_sql("""\
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TABLE "Member" (id serial PRIMARY KEY, name varchar(50), old int, role "Role" NOT NULL);
CREATE TABLE posts (
  id serial PRIMARY KEY, member_id int REFERENCES "Member" (id), place int UNIQUE, length int
);
CREATE TABLE gone (id serial PRIMARY KEY);
CREATE TABLE likes (id serial PRIMARY KEY, gone_id int REFERENCES gone, "postId" int NOT NULL);
CREATE INDEX posts_length ON posts (length);
CREATE TABLE IF NOT EXISTS posts (never int);
ALTER TYPE "Role" ADD VALUE 'GUEST';
ALTER TABLE "Member" RENAME TO people;
ALTER TABLE people RENAME name TO full_name;
ALTER TABLE people ALTER COLUMN full_name SET NOT NULL, ALTER full_name TYPE varchar(99),
  DROP COLUMN old, ADD COLUMN IF NOT EXISTS age int NOT NULL DEFAULT 3,
  ADD CONSTRAINT grown CHECK (age > 2) NOT VALID;
ALTER TABLE people ALTER age DROP DEFAULT, ALTER COLUMN age SET STATISTICS 5;
ALTER TABLE posts DROP CONSTRAINT posts_member_id_fkey, DROP CONSTRAINT posts_place_key,
  ADD FOREIGN KEY (member_id) REFERENCES people (id) ON DELETE CASCADE;
ALTER TABLE posts RENAME CONSTRAINT posts_pkey TO posts_key;
DROP INDEX posts_length;
DROP TABLE gone CASCADE;
ALTER TABLE likes ADD CONSTRAINT likes_post FOREIGN KEY ("postId") REFERENCES posts (id);
ALTER TABLE likes RENAME COLUMN "postId" TO article_id;
ALTER TYPE "Role" RENAME TO "Rank";
ALTER TABLE likes FOLLOW THE LEADER;
ALTER TABLE likes ADD WONDERFUL THINGS IN;
""")

    assert shown(found) == {
        "post": {
            "member": "ref(person, on_delete=cascade)?", "place": "int?", "length": "int?"
        },
        "like": {"gone_id": "int?", "article": "ref(post)"},
        "person": {
            "full_name": "str(1..99)", "role": "enum(USER|ADMIN|GUEST)", "age": "int(gt=2)"
        },
    }  # fmt: skip
    assert not any(each.definition.indexes for each in found.resources)
    unread = [note.subject for note in found.notes if note.message == "it is not understood"]
    assert unread == ["likes: ADD WONDERFUL THINGS IN"]


def test_changes_of_tables_in_mysql() -> None:
    found = of_sql("""\
CREATE TABLE `a` (`id` int PRIMARY KEY, `x` int, `y` int, KEY `i` (`x`), UNIQUE KEY `u` (`y`));
CREATE TABLE b (id int PRIMARY KEY);
ALTER TABLE a CHANGE x z varchar(20) NOT NULL, MODIFY COLUMN y bigint NOT NULL, DROP INDEX i,
  ADD COLUMN (p int, q int), ADD FULLTEXT KEY f (z), ADD CONSTRAINT `r` CHECK (p > 0);
RENAME TABLE a TO c, b TO d;
ALTER TABLE c DROP PRIMARY KEY, ADD PRIMARY KEY (`id`), ADD UNIQUE KEY w (p, q), AUTO_INCREMENT = 7;
ALTER TABLE d ADD COLUMN c_id int AFTER id, ADD CONSTRAINT n FOREIGN KEY (c_id) REFERENCES c (y);
ALTER TABLE d DROP FOREIGN KEY n;
""")

    names = {each.definition.name: each.definition for each in found.resources}
    assert shown(found) == {
        "c": {
            "z": "str(1..20)", "y": "bigint(unique)", "p": "int(gt=0)?", "q": "int?"
        },
        "d": {"c_id": "int?"},
    }  # fmt: skip
    assert names["c"].unique == (("p", "q"),)
    assert names["c"].indexes == ()
    assert noted(found)["a (z)"][0] == "there is no fulltext index"


def test_words_of_databases_are_clauses_and_names() -> None:
    found = of_sql("""\
CREATE TABLE places (
  id NUMBER(10) CONSTRAINT places_key PRIMARY KEY ENABLE VALIDATE,
  visible boolean NOT NULL, "sparse" int, storage int NOT NULL,
  label varchar(9) COLUMN_FORMAT FIXED STORAGE DISK DEFAULT ON NULL 'a' NOT NULL INVISIBLE,
  UNIQUE (visible, storage), travel INTERVAL DAY(2) TO SECOND (6),
  age int GENERATED ALWAYS AS (date_diff(YEAR FROM born)) VIRTUAL, next int AS (id + 1) VIRTUAL,
  UNIQUE INDEX lowered ((lower(label)))
);
ALTER TABLE places ADD enable int, ADD CONSTRAINT stored CHECK (storage > 0);
CREATE INDEX shown ON places (storage, visible);
""")

    place = found.resources[0].definition
    assert shown(found)["place"] == {
        "visible": "bool",
        "sparse": "int?",
        "storage": "int(gt=0)",
        "label": "str(1..9, default=a)",
        "travel": "duration?",
        "enable": "int?",
    }
    assert place.unique == (("visible", "storage"),)
    assert place.indexes == (("storage", "visible"),)
    notes = noted(found)
    assert notes["places.age"] == notes["places.next"] == ("there are no computed columns", "")
    assert notes["places: UNIQUE INDEX lowered ((lower(label)))"][1] == ""


def test_keys_of_several_columns() -> None:
    found = of_sql("""\
CREATE TABLE offers (offer_id int, product_id int, PRIMARY KEY (offer_id, product_id));
CREATE TABLE countries (code char(2) PRIMARY KEY, name varchar(50) NOT NULL);
CREATE TABLE sales (
  id int PRIMARY KEY, offer_id int NOT NULL, product_id int NOT NULL,
  country varchar(2) NOT NULL REFERENCES countries,
  FOREIGN KEY (offer_id, product_id) REFERENCES offers (offer_id, product_id)
);
CREATE TABLE chapters (
  book_id int REFERENCES books (id), number int, PRIMARY KEY (book_id, number)
);
CREATE TABLE details (sale_id int PRIMARY KEY REFERENCES sales (id) ON DELETE CASCADE);
""")

    assert shown(found) == {
        "offer": {"offer_id": "int", "product_id": "int"},
        "country": {"code": "str(1..2, unique)", "name": "str(1..50)"},
        "sale": {"offers": "ref(offer)", "country": "ref(country, column=country)"},
        "chapter": {"book_id": "int", "number": "int"},
        "detail": {"sale": "ref(sale, unique, on_delete=cascade)"},
    }
    notes = noted(found)
    assert notes["sales.offer_id, product_id"][0] == "a reference has one column"
    assert notes["chapters.book_id"] == ("the source has no table books", "")
    offer = found.resources[0].definition
    assert offer.unique == (("offer_id", "product_id"),)


def test_bytes_have_no_default() -> None:
    found = of_sql("CREATE TABLE keys (id int, token varbinary(20) NOT NULL DEFAULT '');")

    assert shown(found)["key"]["token"] == "bytes(20)"
    assert noted(found)["keys.token"][0] == "bytes has no default, here ''"


def test_numbers_that_are_keys_are_fields_unless_the_database_counts_them() -> None:
    found = of_sql("""\
CREATE TABLE employees (emp_no int NOT NULL, name varchar(20), PRIMARY KEY (emp_no));
CREATE TABLE rooms (number int PRIMARY KEY AUTO_INCREMENT, who int REFERENCES employees (emp_no));
CREATE TABLE floors (floor serial PRIMARY KEY, name varchar(20));
CREATE TABLE films (filmid int PRIMARY KEY, name varchar(20));
CREATE TABLE seats (row_no int DEFAULT nextval('seats_seq') PRIMARY KEY, name varchar(20));
""")

    assert shown(found)["employee"] == {"emp_no": "int(unique)", "name": "str(1..20)?"}
    for name in ("room", "floor", "film", "seat"):
        assert len(shown(found)[name]) == 1


def test_table_that_only_links_rows() -> None:
    found = of_sql("""\
CREATE TABLE posts (id int PRIMARY KEY, title varchar(50) NOT NULL);
CREATE TABLE tags (id int PRIMARY KEY, label varchar(50) NOT NULL);
CREATE TABLE posts_tags (post_id int REFERENCES posts (id), tag_id int REFERENCES tags (id),
  created_at timestamp, PRIMARY KEY (post_id, tag_id));
CREATE TABLE follows (id int PRIMARY KEY, tag_id int REFERENCES tags (id),
  other_tag_id int REFERENCES tags (id), UNIQUE (other_tag_id, tag_id));
CREATE TABLE votes (post_id int REFERENCES posts (id), tag_id int REFERENCES tags (id),
  stars int, PRIMARY KEY (post_id, tag_id));
CREATE TABLE seen (post_id int REFERENCES posts (id), tag_id int REFERENCES tags (id));
""")

    assert shown(found) == {
        "post": {"title": "str(1..50)", "tags": "many(tag)"},
        "tag": {"label": "str(1..50)", "other_tags": "many(tag)"},
        "vote": {"post": "ref(post)", "tag": "ref(tag)", "stars": "int?"},
        "seen": {
            "post": "ref(post, on_delete=restrict)?",
            "tag": "ref(tag, on_delete=restrict)?",
        },
    }
    assert noted(found)["posts_tags"] == ("it only links rows", "post.tags:many(tag)")
    assert (found.relations.found, found.relations.taken) == (8, 8)


def test_fields_whose_types_would_have_one_name() -> None:
    found = of_sql("""\
CREATE TABLE posts (id int PRIMARY KEY, line_1 varchar(5), line1 varchar(5));
CREATE TABLE tags (id int PRIMARY KEY, post_id int NOT NULL REFERENCES posts (id));
CREATE TABLE tags_posts (tag_id int REFERENCES tags (id), post_id int REFERENCES posts (id),
  PRIMARY KEY (tag_id, post_id));
""")

    assert [*shown(found)["post"]] == ["line_1", "line1_value"]
    assert shown(found)["tag"] == {"post": "ref(post)", "posts_value": "many(post)"}


def test_rows_that_need_each_other_and_themselves() -> None:
    found = of_sql("""\
CREATE TABLE staff (id int PRIMARY KEY, store_id int NOT NULL REFERENCES store (id),
  reports_to int NOT NULL REFERENCES staff (id));
CREATE TABLE store (id int PRIMARY KEY, manager_staff_id int NOT NULL REFERENCES staff (id));
""")

    staff = shown(found)["staff"]
    assert staff["store"] == "ref(store)?"
    assert staff["reports_to"] == "ref(staff, on_delete=restrict, column=reports_to)?"
    assert shown(found)["store"] == {"manager_staff": "ref(staff)"}
    messages = [note.message for note in found.notes if note.subject == "staff.store"]
    assert messages[0].startswith("each needs the next one to exist first")
    assert messages[1] == "rows that refer to each other could not be deleted"


def test_names_that_cannot_be_used_get_a_proposal() -> None:
    found = of_sql("""\
CREATE TABLE news ("class" varchar(20), "créé le" date, "1st" int, "name" int, "Name" text,
  "a_name_that_is_much_longer_than_forty_characters" int, owner_id int, page int);
CREATE TABLE pages (id int, "type" varchar(20));
CREATE TABLE admin.pages (id int, label text);
""")

    names = shown(found)
    assert [*names] == ["news", "page_entry", "admin_page"]
    assert found.resources[0].definition.plural == "news_list"
    assert next(iter(names["news"])) == "class_value"
    assert len({*names["news"]}) == len(names["news"])


def test_dump_of_every_partition_is_left_out() -> None:
    found = of_sql("""\
CREATE TABLE payment (id int, amount numeric) PARTITION BY RANGE (id);
CREATE TABLE payment_1 PARTITION OF payment FOR VALUES FROM (1) TO (2);
CREATE TABLE payment_2 (CHECK (id > 2)) INHERITS (payment);
CREATE TABLE payment_3 (id int, amount numeric);
ALTER TABLE ONLY payment ATTACH PARTITION public.payment_3 FOR VALUES FROM (2) TO (3);
CREATE TABLE copied AS SELECT * FROM payment;
CREATE TEMPORARY TABLE gone (id int);
CREATE SCHEMA other
  CREATE TABLE one (name varchar(3))
  CREATE TABLE two (name varchar(3));
""")

    assert [*shown(found)] == ["payment", "one", "two"]
    notes = noted(found)
    parts = {notes[f"payment_{number}"][0] for number in (1, 2, 3)}
    assert parts == {"it is a part of another table"}
    assert notes["copied"][0] == "it has no columns of its own"


# Foreign keys and columns that scripts of single databases write in their own ways.
RELATED = {
    "each table is dropped before it is made": """\
DROP TABLE IF EXISTS `a`;
CREATE TABLE `a` (`id` int NOT NULL AUTO_INCREMENT, `b_id` int NOT NULL, PRIMARY KEY (`id`),
  CONSTRAINT `a_b` FOREIGN KEY (`b_id`) REFERENCES `b` (`id`));
DROP TABLE IF EXISTS `b`;
CREATE TABLE `b` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`));
""",
    "one ADD for several constraints": """\
CREATE TABLE [dbo].[b] ([id] int IDENTITY (1,1) PRIMARY KEY);
GO
CREATE TABLE [dbo].[a] ([b_id] int NOT NULL, [name] nvarchar(9) NOT NULL)
GO
ALTER TABLE [dbo].[a] ADD
    CONSTRAINT [u] UNIQUE NONCLUSTERED ([name] ASC) ON [DATA],
    CONSTRAINT [fk] FOREIGN KEY ([b_id]) REFERENCES [dbo].[b]([id])
GO
""",
    "a slash ends a statement of Oracle": """\
CREATE TABLE b (id serial PRIMARY KEY);
CREATE TABLE a (b_id int NOT NULL)
/
CREATE INDEX i ON a (b_id);
/
ALTER TABLE a ADD  CONSTRAINT fk FOREIGN KEY (b_id) REFERENCES b (id);
/
""",
    "a block of PostgreSQL": """\
CREATE TABLE b (id serial PRIMARY KEY);
CREATE TABLE a (b_id int NOT NULL);
DO $$ BEGIN
 ALTER TABLE "a" ADD CONSTRAINT "fk" FOREIGN KEY ("b_id") REFERENCES "b"("id");
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
DO $tag$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'fk') THEN
    ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (b_id) REFERENCES b (id);
  END IF;
END $tag$;
""",
    "the same key twice": """\
CREATE TABLE b (id serial PRIMARY KEY);
CREATE TABLE a (b_id int NOT NULL REFERENCES b);
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id) ON DELETE CASCADE;
""",
}


@pytest.mark.parametrize("text", RELATED.values(), ids=RELATED)
def test_foreign_keys_are_found_however_a_script_adds_them(text: str) -> None:
    found = of_sql(text)

    assert (found.relations.found, found.relations.taken) == (1, 1)
    assert shown(found)["a"]["b"].startswith("ref(b")


def test_tables_that_are_dropped_with_what_refers_to_them() -> None:
    found = of_sql("""
CREATE TABLE b (id serial PRIMARY KEY);
CREATE TABLE a (b_id int NOT NULL REFERENCES b);
DROP TABLE b CASCADE;
""")

    assert shown(found) == {"a": {"b_id": "int"}}
    assert not found.relations.found


def test_types_that_a_block_makes_and_arrays_of_them() -> None:
    found = of_sql("""
/* Warnings: the column `kind` is required
   and `a` may have rows */
DO $$ BEGIN
  CREATE TYPE "Kind" AS ENUM ('x', 'y');
EXCEPTION WHEN duplicate_object THEN null; END $$;
CREATE TABLE a (name text NOT NULL, kind "public"."Kind" NOT NULL, kinds "Kind"[]);
ALTER TABLE a ADD COLUMN "others" "Kind"[];
""")

    assert shown(found)["a"] == {
        "name": "text(0..10000)",
        "kind": "enum(x|y)",
        "kinds": "list[str](0..20)?",
        "others": "list[str](0..20)?",
    }


def test_parts_of_tables_of_sql_server() -> None:
    found = of_sql("""
CREATE TABLE [dbo].[a] (
    [name] nvarchar(50) MASKED WITH (FUNCTION = 'default()') NOT NULL,
    [since] datetime2(7) GENERATED ALWAYS AS ROW START NOT NULL,
    [until] datetime2(7) GENERATED ALWAYS AS ROW END NOT NULL,
    [index] int NULL,
    INDEX [IX_a_name] NONCLUSTERED ([name]),
    INDEX [CCX_a] CLUSTERED COLUMNSTORE,
    PERIOD FOR SYSTEM_TIME ([since], [until])
)
GO
""")

    assert shown(found)["a"]["name"] == "str(1..50)"
    assert shown(found)["a"]["index"] == "int?"
    assert found.resources[0].definition.indexes == (("name",),)
    assert noted(found)["a: INDEX [CCX_a] CLUSTERED COLUMNSTORE"] == ("it is not understood", "")


def test_blobs_that_are_texts() -> None:
    found = of_sql("CREATE TABLE a (name BLOB SUB_TYPE TEXT NOT NULL, photo BLOB)")

    assert shown(found)["a"] == {"name": "text(0..10000)", "photo": "bytes(65535)?"}


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("CREATE TABLE a (\n  id int,\n  name varchar(20 NOT NULL\n);", 1, "expected ')'"),
        ("CREATE TABLE a (\n  id int,\n  name varchar(20) NOT NUL\n);", 3, "in 'name varchar(20)"),
        ("\n\nCREATE TABLE a (\n  id int,\n\n  FOREIGN KEY id REFERENCES b\n);", 6, "FOREIGN KEY"),
        ("SELECT 1;", None, "it has no CREATE TABLE"),
        ("\x01\x02\x03", None, "it has no CREATE TABLE"),
        ("CREATE TABLE a (id int", 1, "expected ')'"),
        ("CREATE TABLE a (id int DEFAULT " + "(" * 5000 + ")" * 5000 + ")", 1, "in 'id int"),
    ],
)
def test_broken_line_is_named(text: str, line: int | None, expected: str) -> None:
    with pytest.raises(SourceError) as raised:
        sql.read(text, "schema.sql")

    assert raised.value.message.startswith(f"schema.sql:{line}: " if line else "schema.sql: ")
    assert expected in raised.value.message


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("CREATE TABLE `a` (id int)", "mysql"),
        ("CREATE TABLE a (id int) ENGINE=InnoDB", "mysql"),
        ("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)", "sqlite"),
        ("CREATE TABLE [a] (id int)", "sqlite"),
        ("CREATE TABLE [dbo].[a] (id int)", "tsql"),
        ("CREATE TABLE a (id int IDENTITY(1,1))", "tsql"),
        ("CREATE TABLE a (id serial)", "postgres"),
        ("CREATE TABLE a (id int)", "postgres"),
    ],
)
def test_dialect_is_recognised(text: str, dialect: str) -> None:
    assert sql_statements.dialect_of(text) == dialect

"""Tables from SQL files of several dialects, statement after statement."""

from __future__ import annotations

import time

from doorcheck.scan.project.database.models import Model
from doorcheck.scan.project.database.sql import Ddl
from doorcheck.scan.project.database.statements import statements


def built(*files: str) -> dict[str, Model]:
    ddl = Ddl()
    for number, text in enumerate(files):
        ddl.apply(f"{number}.sql", text)
    return {each.name: each for each in ddl.models()}


def columns(model: Model) -> dict[str, tuple[str, str]]:
    return {each.name: (each.type, each.references) for each in model.columns}


def test_a_table_with_its_columns_keys_and_references() -> None:
    posts = built("""
        -- it's a comment; with a quote
        CREATE TABLE IF NOT EXISTS public."Posts" (
          id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
          "authorId" uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
          title character varying(200) DEFAULT 'a;b''c' NOT NULL,
          tags text[],
          key text,
          CONSTRAINT posts_title UNIQUE ("authorId", title),
          CHECK (length(title) > 0)
        );
    """)["Posts"]
    assert columns(posts) == {
        "id": ("uuid", ""),
        "authorId": ("uuid", "auth.users"),
        "title": ("character varying", ""),
        "tags": ("text[]", ""),
        "key": ("text", ""),
    }
    assert posts.uniques == (frozenset({"id"}), frozenset({"authorId", "title"}))
    assert [each.name for each in posts.columns if each.optional] == ["tags", "key"]
    assert (posts.file, posts.line) == ("0.sql", 3)


def test_mysql_and_the_statements_that_change_a_table() -> None:
    after = built(
        """
        CREATE TABLE `a` (`id` int unsigned NOT NULL AUTO_INCREMENT, `old` varchar(9) COMMENT 'x, y', `gone` int,
          PRIMARY KEY (`id`), UNIQUE KEY `byOld` (`old`), KEY `k` (`gone`)) ENGINE=InnoDB;
        CREATE TABLE b (id int primary key);
        """,
        """
        ALTER TABLE a ADD COLUMN b_id int NOT NULL, ADD CONSTRAINT fk FOREIGN KEY (b_id) REFERENCES b (id);
        ALTER TABLE `a` DROP COLUMN gone, RENAME COLUMN old TO new;
        CREATE UNIQUE INDEX i ON a USING btree (b_id);
        CREATE UNIQUE INDEX j ON a (new) WHERE b_id IS NULL;
        DROP TABLE IF EXISTS b;
        """,
    )
    assert list(after) == ["a"]
    assert columns(after["a"]) == {"id": ("int unsigned", ""), "new": ("varchar", ""), "b_id": ("int", "b")}
    assert frozenset({"b_id"}) in after["a"].uniques
    assert frozenset({"new"}) not in after["a"].uniques


def test_a_table_that_is_made_anew_under_its_old_name() -> None:
    after = built(
        "CREATE TABLE note (id integer);"
        'CREATE TABLE "__new_note" (id integer, owner_id text REFERENCES user(id)); INSERT INTO x VALUES (1);'
        'DROP TABLE note; ALTER TABLE "__new_note" RENAME TO "note";'
    )
    assert list(after) == ["note"]
    assert columns(after["note"])["owner_id"] == ("text", "user")


def test_statements_in_a_do_block() -> None:
    after = built("""
        CREATE TABLE a (id int, b_id int);
        DO $$ BEGIN
          ALTER TABLE "a" ADD CONSTRAINT "fk" FOREIGN KEY ("b_id") REFERENCES "public"."b"("id");
        EXCEPTION WHEN duplicate_object THEN null;
        END $$;
    """)
    assert columns(after["a"])["b_id"] == ("int", "b")


def test_quotes_and_dollars_hide_what_looks_like_a_statement() -> None:
    text = "INSERT INTO a VALUES ('; CREATE TABLE b (id int);', $x$; CREATE TABLE c (id int);$x$, E'\\'; ');SELECT 1"
    assert [each.text[:6] for each in statements(text)] == ["INSERT", "SELECT"]
    assert built(text) == {}


def test_what_is_no_sql_takes_no_time() -> None:
    began = time.process_time()
    for text in ("$a$ $b$ " * 200_000, "'" * 1_000_001, "create table a (" * 100_000, ";" * 1_000_000, "/*" * 400_000):
        built(text)
    built("create table a (" + "b int references c, " * 200_000)
    built("do $$ " + "create table a (b int);" * 20_000)
    assert time.process_time() - began < 12

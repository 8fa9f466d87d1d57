"""Schemas of a tree: which files are read, in which order, and which schema a file of code speaks to."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scan.project.database.written import model, schemas

from doorcheck.scan.project.database.schemas import MAX_FILE_BYTES
from doorcheck.scan.project.tree import list_tree


def prisma(name: str, *columns: str) -> str:
    return f"model {name} {{\n" + "".join(f"  {column} String\n" for column in columns) + "}\n"


@pytest.mark.parametrize(
    "name", ["OrderItem", "orderItem", "order_items", "orderItems", "public.order_items", "OrderItemTable"]
)
def test_a_model_goes_by_what_code_calls_it(tmp_path: Path, name: str) -> None:
    found = schemas(tmp_path, {"schema.sql": "CREATE TABLE order_items (id int); CREATE TABLE items (id int);"})
    assert model(found, name).name == "order_items"
    assert found.model("orders") is None
    assert found.model("") is None


def test_a_statement_is_about_the_tables_it_names(tmp_path: Path) -> None:
    found = schemas(tmp_path, {"schema.sql": "CREATE TABLE orders (id int); CREATE TABLE items (id int);"})
    text = 'SELECT "from" FROM public."items" i JOIN `Orders` o ON o.id = i.id WHERE EXISTS (SELECT 1 FROM nowhere)'
    assert [each.name for each in found.near().tables_in(text)] == ["items", "orders"]
    assert model(found, "DELETE FROM orders WHERE id IN (?)").name == "orders"
    assert found.model("SELECT 1 FROM nowhere") is None


def test_migrations_apply_in_the_order_of_their_numbers_and_never_backwards(tmp_path: Path) -> None:
    found = schemas(
        tmp_path,
        {
            "db/migrations/2_add.sql": "ALTER TABLE a ADD COLUMN two int;\n-- +goose Down\nDROP TABLE a;",
            "db/migrations/10_drop.sql": "ALTER TABLE a DROP COLUMN two;",
            "db/migrations/1_make.sql": "CREATE TABLE a (one int);",
            "db/migrations/1_make.down.sql": "DROP TABLE a;",
        },
    )
    assert [each.name for each in model(found, "a").columns] == ["one"]


def test_the_nearest_schema_answers_and_any_other_when_it_cannot(tmp_path: Path) -> None:
    found = schemas(
        tmp_path,
        {
            "apps/web/package.json": "{}",
            "apps/web/prisma/schema.prisma": prisma("Note", "web"),
            "apps/admin/package.json": "{}",
            "apps/admin/prisma/schema.prisma": prisma("Note", "admin") + prisma("Audit", "id"),
            "packages/db/package.json": "{}",
            "packages/db/prisma/schema/note.prisma": prisma("Note", "shared"),
        },
        apps=("apps/web", "apps/admin"),
    )
    first = {near: model(found, "note", near).columns[0].name for near in ("apps/web/a/b.ts", "apps/admin/a.ts")}
    assert first == {"apps/web/a/b.ts": "web", "apps/admin/a.ts": "admin"}
    assert model(found, "note", "packages/lib/a.ts").columns[0].name == "shared"
    assert model(found, "audit", "apps/web/a.ts").file == "apps/admin/prisma/schema.prisma"


def test_prisma_names_the_table_and_its_migrations_secure_it(tmp_path: Path) -> None:
    found = schemas(
        tmp_path,
        {
            "prisma/schema.prisma": 'model Note {\n  id String @id\n  @@map("notes")\n}\n',
            "prisma/migrations/1/migration.sql": 'CREATE TABLE "notes" ("id" text, "late" text);',
            "prisma/migrations/2/migration.sql": 'ALTER TABLE "notes" ENABLE ROW LEVEL SECURITY;',
        },
    )
    note = model(found, "note")
    assert [each.name for each in note.columns] == ["id"]
    assert note.security is not None
    assert note.security.enabled
    assert len(found.near().models) == 1


def test_what_cannot_be_read_is_said_once_anybody_asks(tmp_path: Path) -> None:
    (tmp_path / "long.sql").write_text("-" * (MAX_FILE_BYTES + 1))
    (tmp_path / "binary.sql").write_bytes(b"CREATE TABLE a (id int);\0")
    (tmp_path / "odd.sql").write_bytes(b"CREATE TABLE \xff (id int); CREATE TABLE b (id int);")
    found = schemas(tmp_path, {})
    assert found.unread == []
    assert model(found, "b").name == "b"
    assert sorted(each.file for each in found.unread) == ["binary.sql", "long.sql"]


def test_a_changed_schema_is_another_tree(tmp_path: Path) -> None:
    schemas(tmp_path, {"schema.prisma": prisma("Note", "id")})
    before = list_tree(tmp_path).listing()
    schemas(tmp_path, {"schema.prisma": prisma("Note", "id", "more")})
    assert list_tree(tmp_path).listing() != before

"""Tables and collections that source code declares."""

from __future__ import annotations

from pathlib import Path

from doorcheck.scan.driver import Scan
from doorcheck.scan.project.database.models import Model, Role
from doorcheck.scan.project.tree import list_tree

HELPERS = """
import { customType, timestamp } from "drizzle-orm/pg-core";
export const id = customType({ dataType: () => "text" });
export const dates = { createdAt: timestamp("created_at").notNull() };
"""
TABLES = """
import { relations } from "drizzle-orm";
import { pgTable, pgTableCreator, text, uuid, unique, primaryKey, foreignKey, uniqueIndex } from "drizzle-orm/pg-core";
import { dates, id } from "./helpers";
const appTable = pgTableCreator((name) => `app_${name}`);

export const posts = pgTable("post", {
  id: uuid().primaryKey(),
  writer: text("writer_ref").notNull().references(() => users.id, { onDelete: "cascade" }),
  parent: uuid("parent").references((): AnyPgColumn => posts.id),
  tags: text("tags").array(),
  slug: id("slug"),
  ...dates,
}, (t) => [unique().on(t.writer, t.slug), uniqueIndex("x").on(t.parent).where(t.slug)]);
export const users = appTable("user", { id: text("id").primaryKey(), email: text("email").unique() });
export const likes = pgTable("like", { who: text("who"), what: uuid("what"), by: text("by") }, (t) => ({
  key: primaryKey({ columns: [t.who, t.what] }),
  person: foreignKey({ columns: [t.who], foreignColumns: [users.id] }),
}));
export const likeRelations = relations(likes, ({ one, many }) => ({
  post: one(posts, { fields: [likes.what], references: [posts.id] }),
  users: many(users),
}));
"""
DOCUMENTS = """
import mongoose, { Schema, models, model } from "mongoose";
const UserSchema = new Schema({ email: { type: String, required: true, unique: true }, password: String });
export const User = models.User || model("User", UserSchema);
const PostSchema = new mongoose.Schema({
  author: { type: Schema.Types.ObjectId, ref: "User" },
  readers: [{ type: Schema.Types.ObjectId, ref: "User" }],
  place: { city: String },
});
export default mongoose.models.Post ?? mongoose.model("Post", PostSchema);
"""


def models(root: Path, package: str, files: dict[str, str]) -> dict[str, Model]:
    (root / "package.json").write_text(f'{{"dependencies": {{"{package}": "1", "next": "15"}}}}')
    for path, text in files.items():
        (root / path).write_text(text)
    scan = Scan(list_tree(root), [], [], None, None)
    return {each.name: each for each in scan.ground.schema.near("app/route.ts").models}


def test_drizzle_tables_with_columns_made_by_helpers(tmp_path: Path) -> None:
    found = models(tmp_path, "drizzle-orm", {"schema.ts": TABLES, "helpers.ts": HELPERS})
    assert list(found) == ["post", "user", "like"]
    post = found["post"]
    assert [(each.name, each.stored, each.references) for each in post.columns] == [
        ("id", "id", ""),
        ("writer", "writer_ref", "user"),
        ("parent", "parent", "post"),
        ("tags", "tags", ""),
        ("slug", "slug", ""),
        ("createdAt", "created_at", ""),
    ]
    assert (post.file, post.line, post.aliases) == ("schema.ts", 7, ("posts",))
    assert [each.name for each in post.columns if each.optional] == ["parent", "tags", "slug"]
    assert [each.name for each in post.columns if each.many] == ["tags"]
    assert post.owners == (post.column("writer"),)
    assert set(post.uniques) == {frozenset({"id"}), frozenset({"writer", "slug"})}
    assert found["user"].is_account


def test_drizzle_keys_and_relations_beside_the_columns(tmp_path: Path) -> None:
    like = models(tmp_path, "drizzle-orm", {"schema.ts": TABLES, "helpers.ts": HELPERS})["like"]
    assert [(each.name, each.references) for each in like.columns] == [("who", "user"), ("what", "post"), ("by", "")]
    assert like.uniques == (frozenset({"who", "what"}),)
    assert [(each.name, each.model, each.columns, each.many) for each in like.relations] == [
        ("post", "post", ("what",), False),
        ("users", "user", (), True),
    ]
    assert [[link.column for link in each.links] for each in like.owned_through] == [["what", "writer"]]


def test_mongoose_models_with_their_references(tmp_path: Path) -> None:
    found = models(tmp_path, "mongoose", {"models.ts": DOCUMENTS})
    assert [(each.name, each.type, each.references, each.many) for each in found["Post"].columns] == [
        ("_id", "objectid", "", False),
        ("author", "objectid", "User", False),
        ("readers", "objectid", "User", True),
        ("place", "object", "", False),
    ]
    assert {each.name: set(each.roles) for each in found["Post"].columns if each.roles} == {
        "author": {Role.OWNER},
        "readers": {Role.ACTOR},
    }
    email = found["User"].column("email")
    assert email is not None
    assert (email.type, email.optional, email.unique) == ("string", False, True)


def test_a_project_without_these_packages_declares_nothing(tmp_path: Path) -> None:
    assert models(tmp_path, "pg", {"schema.ts": TABLES, "helpers.ts": HELPERS}) == {}

"""Prisma schemas: models, columns, keys and relations as their files write them."""

from __future__ import annotations

import time

from doorcheck.scan.project.database.prisma import read_prisma

SCHEMA = """
datasource db { provider = "postgresql" }
enum Role { USER ADMIN }

// model Old { id String @id }
model User {
  id    String @id @default(cuid())
  email String @unique
  role  Role   @default(USER)
  posts Post[]
}

/// A post.
model Post {
  id        Int      @id
  title     String   @map("post_title") @db.VarChar(200)
  tags      String[]
  body      String?  // optional
  authorId  String   @map(name: "author_id")
  author    User     @relation("Writes", fields: [authorId], references: [id], onDelete: Cascade)
  area      Unsupported("circle")?

  @@unique(fields: [authorId, title], name: "byTitle")
  @@index(
    [title(ops: raw("x")), authorId]
  )
  @@map("posts")
}

model Vote { userId String
  postId Int
  @@id([userId, postId]) }
"""


def test_models_columns_and_keys() -> None:
    user, post, vote = read_prisma({"a.prisma": SCHEMA})
    assert [(each.name, each.stored, each.line) for each in (user, post, vote)] == [
        ("User", "User", 6),
        ("Post", "posts", 14),
        ("Vote", "Vote", 30),
    ]
    assert [each.name for each in user.columns] == ["id", "email", "role"]
    assert user.uniques == (frozenset({"id"}), frozenset({"email"}))
    assert vote.uniques == (frozenset({"userId", "postId"}),)
    assert all(each.key for each in vote.columns)
    written = {each.name: each for each in post.columns}
    assert (written["title"].stored, written["title"].type, written["title"].optional) == (
        "post_title",
        "string",
        False,
    )
    assert written["body"].optional
    assert written["area"].optional
    assert written["tags"].many
    assert (written["authorId"].stored, written["authorId"].references) == ("author_id", "User")
    assert frozenset({"authorId", "title"}) in post.uniques


def test_relations_are_names_that_reach_another_model() -> None:
    user, post, _ = read_prisma({"a.prisma": SCHEMA})
    assert [(each.name, each.model, each.many) for each in user.relations] == [("posts", "Post", True)]
    author = post.relation("author")
    assert author is not None
    assert (author.model, author.columns, author.many) == ("User", ("authorId",), False)


def test_a_schema_in_several_files_is_one_schema() -> None:
    parts = {
        "schema/user.prisma": "model User {\n id String @id\n}",
        "schema/note.prisma": "model Note {\n id String @id\n ownerId String\n"
        " owner User @relation(fields: [ownerId], references: [id])\n}",
    }
    _, note = read_prisma(parts)
    assert [(each.name, each.references) for each in note.columns] == [("id", ""), ("ownerId", "User")]


def test_what_is_no_schema_takes_no_time() -> None:
    began = time.process_time()
    for text in ('"\\' * 300_000, "/*" * 300_000, "model " * 100_000, "model a {" * 60_000, "model a { x @b(" * 40_000):
        read_prisma({"a.prisma": text})
    assert time.process_time() - began < 5

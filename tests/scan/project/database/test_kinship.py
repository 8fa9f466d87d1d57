"""Whose records they are: accounts, tenants, memberships and the ways to them."""

from __future__ import annotations

from pathlib import Path

from tests.scan.project.database.written import model, roles, schemas, ways

from doorcheck.scan.project.database.models import Role

TEAMS = """
model User { id String @id
  email String
  emailVerified DateTime?
  passwordHash String
  role String }
model Session { id String @id
  sessionToken String @unique
  userId String
  user User @relation(fields: [userId], references: [id])
  expires DateTime }
model Account { id String @id
  userId String
  user User @relation(fields: [userId], references: [id]) }
model Group { id String @id }
model Seat { id String @id
  userId String
  user User @relation(fields: [userId], references: [id])
  groupId String
  group Group @relation(fields: [groupId], references: [id])
  role String
  @@unique([userId, groupId]) }
model Project { id String @id
  groupId String
  group Group @relation(fields: [groupId], references: [id])
  createdById String
  createdBy User @relation(fields: [createdById], references: [id]) }
model Task { id String @id
  projectId String
  project Project @relation(fields: [projectId], references: [id])
  assigneeId String?
  assignee User? @relation(fields: [assigneeId], references: [id])
  status String }
model Step { id String @id
  taskId String
  task Task @relation(fields: [taskId], references: [id]) }
model Message { id String @id
  userId String
  taskId String
  user User @relation(fields: [userId], references: [id])
  task Task @relation(fields: [taskId], references: [id])
  role String }
model Like { userId String
  taskId String
  user User @relation(fields: [userId], references: [id])
  task Task @relation(fields: [taskId], references: [id])
  @@id([userId, taskId]) }
"""


def test_accounts_tenants_and_memberships_by_structure(tmp_path: Path) -> None:
    found = schemas(tmp_path, {"prisma/schema.prisma": TEAMS}).near().models
    assert [each.name for each in found if each.is_account] == ["User"]
    assert [each.name for each in found if each.is_tenant] == ["Group"]
    assert [each.name for each in found if each.is_membership] == ["Seat"]


def test_columns_by_what_they_point_at(tmp_path: Path) -> None:
    found = schemas(tmp_path, {"prisma/schema.prisma": TEAMS})
    assert roles(model(found, "session")) == {"sessionToken": {Role.SENSITIVE}, "userId": {Role.OWNER}}
    assert roles(model(found, "project")) == {"groupId": {Role.TENANT}, "createdById": {Role.OWNER}}
    assert roles(model(found, "task")) == {"assigneeId": {Role.ACTOR}, "status": {Role.GOVERNED}}
    assert roles(model(found, "message")) == {"userId": {Role.OWNER}, "role": {Role.GOVERNED}}
    assert roles(model(found, "user")) == {
        "emailVerified": {Role.PRIVILEGED},
        "passwordHash": {Role.SENSITIVE, Role.PRIVILEGED},
        "role": {Role.PRIVILEGED},
    }


def test_the_way_to_an_owner_over_parents(tmp_path: Path) -> None:
    found = schemas(tmp_path, {"prisma/schema.prisma": TEAMS})
    assert ways(model(found, "project")) == []
    assert ways(model(found, "task")) == ["projectId > createdById (owner)", "projectId > groupId (tenant)"]
    assert ways(model(found, "step")) == [
        "taskId > projectId > createdById (owner)",
        "taskId > projectId > groupId (tenant)",
    ]


def test_the_sessions_of_an_auth_library_say_who_signs_in(tmp_path: Path) -> None:
    sql = (
        "CREATE TABLE pilots (id int primary key, email text);"
        "CREATE TABLE sessions (id int, pilot_id int references pilots(id), expires_at timestamp);"
        "CREATE TABLE flights (id int, flown_for int references pilots(id));"
    )
    found = schemas(tmp_path, {"db/migrations/1.sql": sql})
    assert model(found, "pilots").is_account
    assert roles(model(found, "flights")) == {"flown_for": {Role.OWNER}}


def test_a_column_that_points_at_something_else_is_no_owner(tmp_path: Path) -> None:
    sql = (
        "CREATE TABLE users (id int); CREATE TABLE writers (id int);"
        "CREATE TABLE books (id int, author_id int references writers(id), user_name text, user_id int);"
    )
    books = model(schemas(tmp_path, {"schema.sql": sql}), "books")
    assert roles(books) == {"user_id": {Role.OWNER}}
    pointing = books.column("userId")
    assert pointing is not None
    assert pointing.implied


def test_names_decide_where_nothing_is_referenced(tmp_path: Path) -> None:
    sql = "CREATE TABLE notes (id int, clerk_user_id text, org_id text, is_verified boolean, has_password boolean);"
    found = roles(model(schemas(tmp_path, {"schema.sql": sql}), "notes"))
    assert found == {"clerk_user_id": {Role.OWNER}, "org_id": {Role.TENANT}, "is_verified": {Role.PRIVILEGED}}


def test_beside_a_column_that_points_at_the_tenant_another_name_is_somebody_elses(tmp_path: Path) -> None:
    sql = (
        "CREATE TABLE users (id int); CREATE TABLE teams (id int);"
        "CREATE TABLE members (user_id int references users(id), team_id int references teams(id));"
        "CREATE TABLE links (id int, team_id int references teams(id), tenant_id text);"
        "CREATE TABLE marks (id int, tenant_id text);"
    )
    found = schemas(tmp_path, {"schema.sql": sql})
    assert roles(model(found, "links")) == {"team_id": {Role.TENANT}}
    assert roles(model(found, "marks")) == {"tenant_id": {Role.TENANT}}


def test_supabase_accounts_lie_outside_of_the_files(tmp_path: Path) -> None:
    sql = (
        "CREATE TABLE public.profiles (id uuid primary key references auth.users on delete cascade, username text);"
        "CREATE TABLE posts (id int, writer uuid references profiles(id));"
    )
    found = schemas(tmp_path, {"supabase/migrations/1.sql": sql})
    assert model(found, "profiles").is_account
    assert roles(model(found, "posts")) == {"writer": {Role.OWNER}}

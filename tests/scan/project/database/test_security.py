"""Row-level security: what the policies of SQL files open to a client."""

from __future__ import annotations

import pytest

from doorcheck.scan.project.database.security import Rows, RowSecurity
from doorcheck.scan.project.database.sql import Ddl

TABLE = "CREATE TABLE notes (id uuid, user_id uuid); ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;"


def security(*statements: str) -> RowSecurity:
    ddl = Ddl()
    ddl.apply("a.sql", TABLE + ";\n".join(statements))
    found = next(each.security for each in ddl.models() if each.name == "notes")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("policy", "rows"),
    [
        ("USING (true)", Rows.ALL),
        ("TO authenticated USING (true)", Rows.SIGNED_IN),
        ("USING (auth.uid() = user_id)", Rows.CALLERS),
        ("TO authenticated USING ((SELECT auth.uid() AS uid) = user_id)", Rows.CALLERS),
        ("USING ((auth.jwt() ->> 'org_id') = user_id::text)", Rows.CALLERS),
        ("USING (user_id = current_setting('app.user_id')::uuid)", Rows.CALLERS),
        ("USING (auth.uid() IS NOT NULL)", Rows.SIGNED_IN),
        ("USING ((select auth.uid()) is not null)", Rows.SIGNED_IN),
        ("USING (auth.role() = 'authenticated')", Rows.SIGNED_IN),
        ("USING (auth.uid() IS NOT NULL AND auth.uid() = user_id)", Rows.CALLERS),
        ("USING (user_id IS NULL)", Rows.SOME),
        ("USING (may_see(id))", Rows.UNCLEAR),
        ("USING (false)", Rows.NONE),
        ("TO service_role USING (true)", Rows.NONE),
    ],
)
def test_what_a_policy_opens(policy: str, rows: Rows) -> None:
    assert security(f'CREATE POLICY "some; name" ON public.notes FOR SELECT {policy}').rows("select") is rows


def test_a_command_without_a_policy_reaches_nothing() -> None:
    found = security("CREATE POLICY a ON notes FOR SELECT USING (true)")
    assert found.rows("select") is Rows.ALL
    assert found.rows("delete") is Rows.NONE


def test_the_widest_policy_counts_and_a_restrictive_one_narrows() -> None:
    open_and_own = ["CREATE POLICY a ON notes USING (true)", "CREATE POLICY b ON notes USING (auth.uid() = user_id)"]
    assert security(*open_and_own).rows("update") is Rows.ALL
    narrowed = [open_and_own[0], "CREATE POLICY b ON notes AS RESTRICTIVE USING (auth.uid() = user_id)"]
    assert security(*narrowed).rows("update") is Rows.CALLERS


def test_what_is_written_is_judged_by_the_check() -> None:
    found = security("CREATE POLICY a ON notes FOR ALL USING (auth.uid() = user_id) WITH CHECK (true)")
    assert found.rows("update") is Rows.CALLERS
    assert found.rows("insert") is Rows.ALL


def test_a_function_that_asks_who_is_calling_is_followed() -> None:
    asking = (
        "CREATE FUNCTION mine() RETURNS setof uuid LANGUAGE sql SECURITY DEFINER AS $$ select id from t where"
        " u = auth.uid(); $$;CREATE OR REPLACE FUNCTION app.may(x uuid) RETURNS bool AS $f$ select x in (select mine())"
        " $f$ LANGUAGE sql"
    )
    idle = "CREATE FUNCTION may(x uuid) RETURNS bool AS $f$ select true $f$ LANGUAGE sql"
    policy = "CREATE POLICY a ON notes USING (app.may(id))"
    assert security(policy, asking).rows("select") is Rows.CALLERS
    assert security(policy.replace("app.", ""), idle).rows("select") is Rows.SOME


def test_policies_are_dropped_changed_and_switched_off() -> None:
    policy = "CREATE POLICY a ON notes USING (true)"
    assert security(policy, "DROP POLICY IF EXISTS a ON notes").rows("select") is Rows.NONE
    assert security(policy, "ALTER POLICY a ON notes USING (auth.uid() = user_id)").rows("select") is Rows.CALLERS
    assert security(policy, "ALTER TABLE notes DISABLE ROW LEVEL SECURITY").rows("select") is Rows.ALL


def test_policies_that_are_made_from_text_leave_it_open() -> None:
    made = "DO $$ BEGIN EXECUTE format('CREATE POLICY x ON %I USING (true)', 'notes'); END $$"
    assert security(made).rows("select") is None


def test_a_table_beside_secured_ones_is_open_and_files_that_never_speak_of_it_say_nothing() -> None:
    ddl = Ddl()
    ddl.apply("a.sql", TABLE + "CREATE TABLE open (id uuid);")
    found = next(each.security for each in ddl.models() if each.name == "open")
    assert found is not None
    assert found.rows("select") is Rows.ALL
    silent = Ddl()
    silent.apply("a.sql", "CREATE TABLE open (id uuid);")
    assert [each.security for each in silent.models()] == [None]

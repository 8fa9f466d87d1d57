"""What the built-in knowledge holds, how a path is matched, and what a team may add of its own."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest

from doorcheck.core import ConfigurationError
from doorcheck.scan import knowledge
from doorcheck.scan.knowledge import rows
from doorcheck.scan.knowledge.library import Knowledge, decode, load, tokens

_LIBRARIES = sorted(
    (entry for entry in (resources.files(knowledge) / "libraries").iterdir() if entry.name.endswith(".toml")),
    key=lambda entry: entry.name,
)
_PATH = re.compile(r"(\*\*\.\w*\(\)|[*$\w-]+(\(\))*(\.[*$\w]+(\(\))*)*)")
_NOT_ROWS = {"pure", "words", "types", "schema", "session_cookie", "client_only"}


def _written() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Every built-in row as (package, path, section, row)."""
    for entry in _LIBRARIES:
        raw = tomllib.loads(entry.read_text("utf-8"))
        for section in raw.keys() - _NOT_ROWS:
            for row in raw[section]:
                packages = row["package"] if isinstance(row["package"], list) else [row["package"]]
                paths = row["path"] if isinstance(row["path"], list) else [row["path"]]
                yield from ((package, path, section, row) for package in packages for path in paths)


def _own(**sections: list[dict[str, Any]]) -> Knowledge:
    return Knowledge([decode(sections, "knowledge")])


def _sink(path: str, package: str = "lib", kind: str = "database", **more: Any) -> dict[str, Any]:
    return {"package": package, "path": path, "kind": kind, **more}


def test_every_built_in_file_is_understood() -> None:
    assert len(_LIBRARIES) > 30
    for entry in _LIBRARIES:
        decode(tomllib.loads(entry.read_text("utf-8")), entry.name)


def test_no_path_of_a_package_is_spoken_of_twice() -> None:
    written = Counter((package, tokens(path)) for package, path, _, _ in _written())
    assert [place for place, count in written.items() if count > 1] == []


def test_every_path_is_written_in_the_form_the_index_reads() -> None:
    assert [path for _, path, _, _ in _written() if not _PATH.fullmatch(path)] == []


def test_only_a_call_can_throw_or_answer_false() -> None:
    wrong = [
        (package, path)
        for package, path, section, row in _written()
        if section == "session_source" and row.get("absent", "null") != "null" and not path.endswith("()")
    ]
    assert wrong == []


def test_what_a_check_says_reads_as_a_sentence_about_the_code() -> None:
    says = [row["says"] for _, _, section, row in _written() if section in {"session_source", "handler_wrapper"}]
    assert [text for text in says if not re.match(r"[a-z]+s ", text) or text.endswith(".")] == []


def test_words_are_lower_case_and_of_the_schema_without_separators() -> None:
    words = load().words
    assert all(word == word.lower() for group in words.values() for word in group)
    for name in ("credential_columns", "credential_models", "sensitive_columns", "open_intake_models"):
        assert [word for word in words[name] if not word.isalnum()] == []
        assert words[name]


@pytest.mark.parametrize(
    ("package", "path", "absent", "proof"),
    [
        ("next-auth", "getServerSession()", "null", "session"),
        ("next-auth/next", "getServerSession()", "null", "session"),
        ("next-auth/jwt", "getToken()", "null", "session"),
        ("next-auth", "default().auth()", "null", "session"),
        ("@clerk/nextjs/server", "auth().userId", "null", "session"),
        ("@clerk/nextjs/server", "auth.protect()", "throws", "session"),
        ("@supabase/ssr", "createServerClient().auth.getUser().data.user", "null", "session"),
        ("@supabase/auth-helpers-nextjs", "createRouteHandlerClient().auth.getUser().data.user", "null", "session"),
        ("better-auth", "betterAuth().api.getSession()", "null", "session"),
        ("iron-session", "getIronSession().user", "null", "session"),
        ("lucia", "Lucia().validateSession().user", "null", "session"),
        ("firebase-admin/auth", "getAuth().verifyIdToken()", "throws", "token"),
        ("jsonwebtoken", "default.verify()", "throws", "token"),
        ("jose", "jwtVerify()", "throws", "token"),
        ("bcryptjs", "default.compare()", "false", "credential"),
        ("stripe", "default().webhooks.constructEvent()", "throws", "signature"),
        ("svix", "Webhook().verify()", "throws", "signature"),
    ],
)
def test_a_check_is_known(package: str, path: str, absent: str, proof: str) -> None:
    row = load().match(package, tokens(path))
    assert isinstance(row, rows.SessionSource)
    assert (row.absent, row.proof) == (absent, proof)


@pytest.mark.parametrize(
    ("package", "path"),
    [
        ("jsonwebtoken", "default.decode()"),
        ("jose", "decodeJwt()"),
        ("jwt-decode", "jwtDecode()"),
        ("iron-session", "getIronSession()"),
        ("@clerk/nextjs/server", "auth()"),
        ("@supabase/ssr", "createServerClient().auth.getUser()"),
    ],
)
def test_what_proves_nothing_has_no_row(package: str, path: str) -> None:
    assert load().match(package, tokens(path)) is None


@pytest.mark.parametrize(
    ("package", "path", "kind", "writes", "undefined"),
    [
        ("@prisma/client", "PrismaClient().user.findMany()", "database", False, "dropped"),
        ("@prisma/client", "PrismaClient().user.deleteMany()", "database", True, "dropped"),
        ("@prisma/client", "PrismaClient().user.delete()", "database", True, "refused"),
        ("drizzle-orm/node-postgres", "drizzle().select().from()", "database", False, "no-match"),
        ("drizzle-orm/libsql", "drizzle().query.users.findFirst()", "database", False, "no-match"),
        ("next/cache", "revalidatePath()", "cache", True, "no-match"),
        ("resend", "Resend().emails.send()", "mail", True, "no-match"),
        ("openai", "default().chat.completions.create()", "model", True, "no-match"),
        ("stripe", "default().checkout.sessions.create()", "payment", True, "no-match"),
        ("stripe", "default().customers.retrieve()", "payment", False, "no-match"),
        ("node:fs/promises", "default.readFile()", "file", False, "no-match"),
        ("@upstash/redis", "Redis.fromEnv().get()", "cache", False, "no-match"),
        ("@aws-sdk/client-s3", "S3Client().send()", "storage", True, "no-match"),
        ("@aws-sdk/client-kms", "KMSClient().send()", "outbound", True, "no-match"),
    ],
)
def test_a_sensitive_operation_is_known(package: str, path: str, kind: str, writes: bool, undefined: str) -> None:
    row = load().match(package, tokens(path))
    assert isinstance(row, rows.Sink)
    assert (row.kind, row.writes, row.undefined) == (kind, writes, undefined)


@pytest.mark.parametrize(
    ("package", "path", "kind"),
    [
        ("next/navigation", "redirect()", rows.Denial),
        ("@upstash/ratelimit", "Ratelimit().limit()", rows.Limiter),
        ("rate-limiter-flexible", "RateLimiterRedis().consume()", rows.Limiter),
        ("react", "cache()", rows.Identity),
        ("next/server", "after()", rows.Callback),
        ("@prisma/client", "PrismaClient().$transaction()", rows.Callback),
        ("@prisma/client", "PrismaClient().$extends()", rows.Same),
        ("@auth0/nextjs-auth0", "withApiAuthRequired()", rows.HandlerWrapper),
        ("next-auth", "default().handlers.GET", rows.OwnHandlers),
        ("better-auth/next-js", "toNextJsHandler().POST", rows.OwnHandlers),
        ("@trpc/server", "initTRPC.context().create().procedure", rows.Builder),
        ("next-safe-action", "createSafeActionClient()", rows.Builder),
        ("hono", "Hono()", rows.Router),
    ],
)
def test_other_calls_are_known(package: str, path: str, kind: type[rows.Row]) -> None:
    assert isinstance(load().match(package, tokens(path)), kind)


def test_a_path_falls_into_names_and_calls() -> None:
    assert tokens("auth().userId") == ("auth", "()", "userId")
    assert tokens("createUploadthing()()") == ("createUploadthing", "()", "()")
    assert tokens("().webhooks") == ("()", "webhooks")


def test_a_wildcard_is_one_member_and_never_a_call() -> None:
    known = _own(sink=[_sink("client().*.find()")])
    assert known.match("lib", tokens("client().users.find()")) is not None
    assert known.match("lib", tokens("client().find()")) is None
    assert known.match("lib", tokens("client().a.b.find()")) is None
    assert known.match("lib", tokens("client()().find()")) is None


def test_a_name_wins_over_a_wildcard_and_falls_back_to_it() -> None:
    known = _own(sink=[_sink("client().*.*()", kind="payment"), _sink("client().webhooks.verify()", kind="cache")])
    verify, create = (known.match("lib", tokens(f"client().webhooks.{name}()")) for name in ("verify", "create"))
    assert isinstance(verify, rows.Sink)
    assert isinstance(create, rows.Sink)
    assert (verify.kind, create.kind) == ("cache", "payment")


def test_default_may_be_left_out_but_is_not_made_up() -> None:
    known = _own(sink=[_sink("sign()"), _sink("default.open()")])
    assert known.match("lib", tokens("default.sign()")) is not None
    assert known.match("lib", tokens("open()")) is None


def test_a_package_covers_its_sub_paths_and_a_sub_path_may_speak_for_itself() -> None:
    known = _own(sink=[_sink("run()"), _sink("run()", package="lib/edge", kind="job")])
    edge, node = known.match("lib/edge", tokens("run()")), known.match("lib/node", tokens("run()"))
    assert isinstance(edge, rows.Sink)
    assert isinstance(node, rows.Sink)
    assert (edge.kind, node.kind) == ("job", "database")
    assert known.match("library", tokens("run()")) is None


def test_a_scope_covers_its_packages() -> None:
    known = _own(sink=[_sink("run()", package="@scope/*")])
    assert known.match("@scope/one/deep", tokens("run()")) is not None
    assert known.match("@other/one", tokens("run()")) is None
    assert known.knows("@scope/two")


def test_the_way_to_an_operation_is_told_from_the_operation() -> None:
    known = _own(sink=[_sink("client().*.find()")])
    assert known.leads_on("lib", tokens("client()"))
    assert known.leads_on("lib", tokens("client().users"))
    assert not known.leads_on("lib", tokens("client().users.find()"))
    assert not known.leads_on("lib", tokens("client().connect()"))
    assert not known.leads_on("other", tokens("client()"))


def test_pure_packages_cover_their_sub_paths_and_nothing_else() -> None:
    known = load()
    assert known.pure("zod")
    assert known.pure("date-fns/format")
    assert known.pure("@radix-ui/react-dialog")
    assert not known.pure("nodemailer")
    assert not known.pure("zodiac")


def test_a_type_name_stands_for_a_library_s_value() -> None:
    assert load().types["PrismaClient"] == ("@prisma/client", ("PrismaClient", "()"))
    assert load().types["Prisma.TransactionClient"] == ("@prisma/client", ("PrismaClient", "()"))


def test_a_team_s_own_knowledge_is_added_and_wins() -> None:
    mine = {
        "session_source": [{"package": "@acme/auth", "path": "whoIsIt()", "says": "asks our gate"}],
        "sink": [_sink("jwtVerify()", package="jose", kind="cache")],
        "words": [{"refusals": ["begone"]}],
        "pure": [{"packages": ["@acme/maths"]}],
    }
    known = load([mine])
    assert isinstance(known.match("@acme/auth", tokens("whoIsIt()")), rows.SessionSource)
    assert isinstance(known.match("jose", tokens("jwtVerify()")), rows.Sink)
    assert "begone" in known.words["refusals"]
    assert "forbidden" in known.words["refusals"]
    assert known.pure("@acme/maths")
    assert isinstance(load().match("jose", tokens("jwtVerify()")), rows.SessionSource)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"sink": [{**_sink("run()"), "kindd": "x"}]}, "kindd"),
        ({"sink": [_sink("run()", kind="databases")]}, "kind"),
        ({"sink": [{"package": "lib", "kind": "database"}]}, "path"),
        ({"session_source": [{"package": "lib", "path": "f()"}]}, "says"),
        ({"session_source": [{"package": 3, "path": "f()", "says": "x"}]}, "package"),
        ({"sinks": []}, "sinks"),
        ({"builder": [{"package": "lib", "path": "f()"}]}, "finish"),
    ],
)
def test_bad_knowledge_names_the_key(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as raised:
        load([wrong])
    assert str(raised.value).startswith("knowledge:")


def test_a_cookie_that_is_only_read_proves_nothing() -> None:
    assert isinstance(load().match("better-auth/cookies", tokens("getSessionCookie()")), rows.CallerCookie)


@pytest.mark.parametrize("table", [field.name for field in msgspec.structs.fields(rows.KnowledgeFile)])
def test_every_table_is_told_of_where_teams_look_it_up(table: str) -> None:
    told = (Path(__file__).parents[3] / "docs/configuration.md").read_text("utf-8")
    assert f"\n| `{table}` | " in told

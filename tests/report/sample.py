"""A report made by hand: two apps, every kind of door, every kind of verdict, and the sources they speak of."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.core import (
    App,
    BlindSpot,
    Confidence,
    ControlId,
    ControlSpec,
    Declared,
    Door,
    DoorKind,
    Finding,
    Held,
    Location,
    Missing,
    Notice,
    NotNeeded,
    Question,
    Reach,
    Report,
    Scope,
    Severity,
    Standing,
    Unknown,
    Unread,
    Verdict,
    Way,
    Why,
    Written,
    fingerprint,
)

AUTHENTICATE = ControlSpec(
    id=ControlId.AUTHENTICATE,
    title="asks who is calling",
    question=Question.CALLER,
    scope=Scope.DOOR,
    severity=Severity.HIGH,
    why="Anyone can call a route handler or a server action with curl. A locked page in front of it changes nothing: "
    "the request goes straight to the function.",
    fix="Stop without a session, in the function itself, before the first sensitive operation.",
    ways=(
        Way("no-check", "no check at all", "Call the session source first and return 401 when there is no session."),
        Way("ignored-absence", "session fetched, its absence ignored", "Return when the session is null."),
        Way("middleware-only", "only the middleware checks", "Check in the handler too.", Severity.MEDIUM),
    ),
    cwe=306,
    owasp="API2:2023",
    since="0.1.0",
)
PATCH_FRAMEWORK = ControlSpec(
    id=ControlId.PATCH_FRAMEWORK,
    title="runs a Next.js version without a known bypass",
    question=Question.CALLER,
    scope=Scope.APP,
    severity=Severity.CRITICAL,
    why="A known bypass lets a request skip the middleware, and with it every check that stands there.",
    fix="Upgrade Next.js.",
    ways=(Way("known-bypass", "version with a known bypass", "Upgrade Next.js to a mended version."),),
    cwe=1395,
    owasp="API8:2023",
    since="0.1.0",
)

SOURCES = {
    "apps/web/app/api/invoices/[id]/route.ts": """\
import { NextResponse } from "next/server";
import { getInvoice, removeInvoice } from "@/lib/invoices";
import { requireUser } from "@/lib/session";

export async function GET(request: Request, { params }: Context) {
  const user = await requireUser();
  return NextResponse.json(await getInvoice(user.id, (await params).id));
}

export async function DELETE(request: Request, { params }: Context) {
  const { id } = await params;
  await removeInvoice(id);

  return new NextResponse(null, { status: 204 });
}
""",
    "apps/web/lib/invoices.ts": """\
import { db } from "./db";

export async function getInvoice(ownerId: string, id: string) {
  return db.query.invoices.findFirst({ where: and(eq(invoices.id, id), eq(invoices.ownerId, ownerId)) });
}

export async function removeInvoice(id: string) {
  await db.delete(invoices).where(eq(invoices.id, id));
}
""",
    "apps/web/lib/session.ts": """\
import { auth } from "@/auth";

export async function requireUser() {
  const session = await auth();
  if (!session) redirect("/login");
  return session.user;
}
""",
    "apps/web/app/projects/actions.ts": """\
"use server";

export async function renameProject(id: string, name: string) {
  const session = await auth();
  await db.update(projects).set({ name, editor: session?.user?.id }).where(eq(projects.id, id));
}

export async function archiveProject(id: string) {
  return guarded(async () => db.update(projects).set({ archived: true }).where(eq(projects.id, id)));
}
""",
}

INVOICES = "apps/web/app/api/invoices/[id]/route.ts"
ACTIONS = "apps/web/app/projects/actions.ts"

GET = Door(
    "GET /api/invoices/[id]",
    DoorKind.ROUTE_HANDLER,
    "apps/web",
    INVOICES,
    "GET",
    Location(INVOICES, 5, 1, 8),
    "/api/invoices/[id]",
    ("GET",),
)
DELETE = Door(
    "DELETE /api/invoices/[id]",
    DoorKind.ROUTE_HANDLER,
    "apps/web",
    INVOICES,
    "DELETE",
    Location(INVOICES, 10, 1, 15),
    "/api/invoices/[id]",
    ("DELETE",),
)
RENAME = Door(
    f"action {ACTIONS}#renameProject",
    DoorKind.SERVER_ACTION,
    "apps/web",
    ACTIONS,
    "renameProject",
    Location(ACTIONS, 3, 1, 6),
    reach=Reach.REACHABLE,
)
ARCHIVE = Door(
    f"action {ACTIONS}#archiveProject",
    DoorKind.SERVER_ACTION,
    "apps/web",
    ACTIONS,
    "archiveProject",
    Location(ACTIONS, 8, 1, 10),
    reach=Reach.UNREFERENCED,
)
HEALTH = Door(
    "GET /api/health",
    DoorKind.PAGES_API,
    "apps/admin",
    "apps/admin/pages/api/health.ts",
    "default",
    Location("apps/admin/pages/api/health.ts", 1),
    "/api/health",
    ("GET",),
)
EXPORT = Door(
    "GET /api/export",
    DoorKind.PAGES_API,
    "apps/admin",
    "apps/admin/pages/api/export.ts",
    "default",
    Location("apps/admin/pages/api/export.ts", 4),
    "/api/export",
    ("GET",),
)
USERS = Door(
    "procedure users.list",
    DoorKind.PROCEDURE,
    "apps/admin",
    "apps/admin/server/users.ts",
    "users.list",
    Location("apps/admin/server/users.ts", 9),
    "/api/trpc/[trpc]",
    ("GET",),
)
STATUS = Door(
    "procedure status.ping",
    DoorKind.PROCEDURE,
    "apps/admin",
    "apps/admin/server/status.ts",
    "status.ping",
    Location("apps/admin/server/status.ts", 3),
    "/api/trpc/[trpc]",
    ("GET",),
)

DELETE_MISSING = Missing(
    "no-check",
    "Deletes a row of invoices, and nothing asks who is calling.",
    (
        Written("the handler begins; it has no session check", DELETE.at),
        Written("deletes a row", Location("apps/web/lib/invoices.ts", 8, 3), (Location(INVOICES, 12, 3),)),
    ),
    Severity.CRITICAL,
)
RENAME_MISSING = Missing(
    "ignored-absence",
    "Fetches the session but goes on when there is none.",
    (
        Written("the session is fetched, null for a stranger", Location(ACTIONS, 4, 25)),
        Written("updates a row all the same", Location(ACTIONS, 5, 9)),
    ),
)
EXPORT_MISSING = Missing(
    "middleware-only",
    "Only the middleware checks; its matcher covers this path.",
    (Written("the matcher covers /api/export", Location("apps/admin/middleware.ts", 12)),),
    Severity.MEDIUM,
    Confidence.MEDIUM,
)
BYPASS = Missing(
    "known-bypass",
    "Next.js 15.2.1 lets a request skip the middleware.",
    (Written("the version is written here", Location("apps/web/package.json", 14, 5)),),
)

VERDICTS: dict[tuple[str, ControlId], Verdict] = {
    (GET.id, ControlId.AUTHENTICATE): Held(
        "requireUser() redirects without a session",
        (
            Written(
                "redirects when there is no session",
                Location("apps/web/lib/session.ts", 5, 3),
                (Location(INVOICES, 6, 22),),
            ),
        ),
    ),
    (DELETE.id, ControlId.AUTHENTICATE): DELETE_MISSING,
    (RENAME.id, ControlId.AUTHENTICATE): RENAME_MISSING,
    (ARCHIVE.id, ControlId.AUTHENTICATE): Unknown(
        Why.UNRESOLVED_CALL,
        "guarded() comes from @acme/guards, which is not in the repository",
        (Written("the wrapper", Location(ACTIONS, 9, 10)),),
    ),
    (HEALTH.id, ControlId.AUTHENTICATE): NotNeeded("answers a constant"),
    (EXPORT.id, ControlId.AUTHENTICATE): EXPORT_MISSING,
    (USERS.id, ControlId.AUTHENTICATE): Held(
        "adminProcedure throws UNAUTHORIZED",
        (Written("throws without a session", Location("apps/admin/server/trpc.ts", 21)),),
    ),
    (STATUS.id, ControlId.AUTHENTICATE): NotNeeded(
        "declared public: a liveness probe",
        (Declared("the team says so", Location("apps/admin/server/status.ts", 2)),),
    ),
}


def _finding(door: Door, verdict: Missing, standing: Standing = Standing.NEW, reason: str | None = None) -> Finding:
    return Finding(
        control=ControlId.AUTHENTICATE,
        subject=door.id,
        app=door.app,
        at=door.at,
        verdict=verdict,
        severity=verdict.stake or Severity.HIGH,
        confidence=verdict.confidence,
        fingerprint=fingerprint(ControlId.AUTHENTICATE, door.id, verdict.way),
        fix=AUTHENTICATE.way(verdict.way).fix,
        standing=standing,
        reason=reason,
    )


FINDINGS = (
    _finding(EXPORT, EXPORT_MISSING, Standing.ACCEPTED, "closed to the office network until spring"),
    _finding(RENAME, RENAME_MISSING),
    _finding(DELETE, DELETE_MISSING),
    Finding(
        control=ControlId.PATCH_FRAMEWORK,
        subject="app apps/web",
        app="apps/web",
        at=Location("", 0),
        verdict=BYPASS,
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        fingerprint=fingerprint(ControlId.PATCH_FRAMEWORK, "app apps/web", "known-bypass"),
        fix="Upgrade Next.js to 15.2.3 or later.",
        standing=Standing.BASELINE,
    ),
)


def sample_report() -> Report:
    """The report."""
    return Report(
        root="/home/ada/acme",
        apps=(App("apps/web", "15.2.1"), App("apps/admin", None)),
        doors=(USERS, GET, DELETE, RENAME, ARCHIVE, HEALTH, EXPORT, STATUS),
        controls=(AUTHENTICATE, PATCH_FRAMEWORK),
        verdicts=VERDICTS,
        app_verdicts={
            ("apps/web", ControlId.PATCH_FRAMEWORK): BYPASS,
            ("apps/admin", ControlId.PATCH_FRAMEWORK): Unknown(Why.UNPARSED_FILE, "no version of Next.js was found"),
        },
        findings=FINDINGS,
        unread=(
            Unread("apps/web/lib/generated.ts", "larger than 2 MB"),
            Unread("apps/web/lib/broken.ts", "a syntax error; the rest of the file was read", 40),
        ),
        blind_spots=(BlindSpot(Location("apps/web/app/api/[...all]/route.ts", 7), "exports what it computes"),),
        notices=(Notice(Location("apps/web/app/api/old/route.ts", 3), "this comment accepts nothing any more"),),
        resolved_baseline=("00112233445566778899aabbccddeeff",),
        files_parsed=412,
        seconds=0.83,
    )


def read_sample(path: str) -> Sequence[str] | None:
    """The lines of a file of the sample, None where it has none."""
    source = SOURCES.get(path)
    return None if source is None else source.splitlines()

"""What is reached by way of a table of functions, a static field or a middleware of a package nobody described."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Held, Missing, Unknown, Verdict
from doorcheck.scan.engine import scan

DB = "import { PrismaClient } from '@prisma/client'\nexport const db = new PrismaClient()\n"
SESSION = "import { getServerSession } from 'next-auth'\n"
DISPATCH = (
    "export const byMethod = (handlers) => async (req, res) => {\n"
    "  const refuse = () => { throw new Error('not allowed') }\n"
    "  const all = { ...{ GET: refuse, POST: refuse, DELETE: refuse }, ...handlers }\n"
    "  if (!handlers[req.method]) throw new Error('not allowed')\n"
    "  return await all[req.method](req, res)\n}\n"
)
SINGLETON = (
    "import { PrismaClient } from '@prisma/client'\n"
    "class Single {\n  private static instance\n  static get() {\n"
    "    if (!Single.instance) { Single.instance = new PrismaClient() }\n    return Single.instance\n  }\n}\n"
    "export const db = globalThis.kept ?? Single.get()\n"
)
TRPC = (
    "import { initTRPC, TRPCError } from '@trpc/server'\nimport { traced } from 'a-package-nobody-described'\n"
    "import { getServerSession } from 'next-auth'\nimport { db } from '../lib/db'\n"
    "const t = initTRPC.context().create()\n"
    "export const context = async () => ({ session: await getServerSession() })\n"
    "const open = t.procedure.use(traced({ all: true }))\n"
    "const closed = open.use(({ ctx, next }) => {\n"
    "  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED' })\n  return next({ ctx })\n})\n"
    "export const router = t.router({\n"
    "  wipe: closed.mutation(() => db.user.deleteMany()),\n"
    "  all: open.query(() => db.user.findMany()),\n})\n"
)
MOUNT = (
    "import { fetchRequestHandler } from '@trpc/server/adapters/fetch'\n"
    "import { context, router } from '../../../../server/api'\n"
    "const handler = (req) =>\n"
    "  fetchRequestHandler({ endpoint: '/api/trpc', req, router, createContext: () => context() })\n"
    "export { handler as GET, handler as POST }\n"
)
CALLER = (
    "import { TRPCError } from '@trpc/server'\nimport { router } from '../../../server/api'\n"
    "export async function POST() {\n  try { return Response.json(await router.createCaller({}).all()) }\n"
    "  catch (e) { return new Response(null, { status: e instanceof TRPCError ? 400 : 500 }) }\n}\n"
)


def verdicts(root: Path, files: dict[str, str]) -> dict[str, Verdict]:
    dependencies = {"next": "15.5.9", "next-auth": "^4", "@prisma/client": "^6", "@trpc/server": "^11"}
    for path, content in {"package.json": json.dumps({"dependencies": dependencies}), **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    found = scan(root, controls=CATALOGUE).verdicts
    return {door: each for (door, control), each in found.items() if control == ControlId.AUTHENTICATE}


@pytest.mark.parametrize(
    ("check", "expected"),
    [("", Missing), ("  if (!(await getServerSession(req, res))) return res.status(401).end()\n", Held)],
)
def test_a_handler_chosen_from_a_table_by_the_request_is_followed(tmp_path: Path, check: str, expected: type) -> None:
    page = (
        f"{SESSION}import {{ byMethod }} from '../../lib/dispatch'\nimport {{ db }} from '../../lib/db'\n"
        f"export default byMethod({{ DELETE: async (req, res) => {{\n{check}"
        "  await db.user.deleteMany()\n  res.status(204).end()\n} })\n"
    )
    found = verdicts(tmp_path, {"lib/db.ts": DB, "lib/dispatch.ts": DISPATCH, "pages/api/users.ts": page})
    assert type(found["pages /api/users"]) is expected


def test_a_client_kept_in_a_static_field_is_that_client(tmp_path: Path) -> None:
    page = (
        "import { db } from '../../lib/db'\n"
        "export default async function handler(req, res) { await db.user.deleteMany(); res.status(204).end() }\n"
    )
    found = verdicts(tmp_path, {"lib/db.ts": SINGLETON, "pages/api/users.ts": page})
    assert isinstance(found["pages /api/users"], Missing)


def test_what_follows_a_middleware_nobody_described_is_followed(tmp_path: Path) -> None:
    files = {"lib/db.ts": DB, "server/api.ts": TRPC, "app/api/trpc/[trpc]/route.ts": MOUNT}
    found = verdicts(tmp_path, files)
    assert isinstance(found["procedure wipe"], Held)
    assert isinstance(found["procedure all"], Unknown)


def test_a_route_that_only_calls_procedures_mounts_none(tmp_path: Path) -> None:
    files = {
        "lib/db.ts": DB,
        "server/api.ts": TRPC,
        "app/api/trpc/[trpc]/route.ts": MOUNT,
        "app/api/all/route.ts": CALLER,
    }
    found = verdicts(tmp_path, files)
    assert sorted(found) == ["POST /api/all", "procedure all", "procedure wipe"]


@pytest.mark.parametrize("options", ["", "{ root: true }, ", "{ root: true }, context.active(), "])
def test_a_callback_that_comes_after_options_is_followed(tmp_path: Path, options: str) -> None:
    route = (
        f"{SESSION}import {{ context, trace }} from '@opentelemetry/api'\nimport {{ db }} from '../../../lib/db'\n"
        f"const verify = () => trace.getTracer('a').startActiveSpan('verify', {options}async (span) => {{\n"
        "  const session = await getServerSession()\n  return session ? { valid: true } : { valid: false }\n})\n"
        "export async function DELETE() {\n  const checked = await verify()\n"
        "  if (!checked.valid) throw new Error('Unauthorized')\n"
        "  await db.user.deleteMany()\n  return new Response(null, { status: 204 })\n}\n"
    )
    found = verdicts(tmp_path, {"lib/db.ts": DB, "app/api/users/route.ts": route})
    assert isinstance(found["DELETE /api/users"], Held)


def test_a_list_that_is_made_over_many_times_takes_no_longer_for_each_of_its_histories(tmp_path: Path) -> None:
    step = (
        "const step{n} = (list) =>\n"
        "  ask({n}) ? list.map((x) => f(x)) : ask(-{n}) ? list.filter((x) => g(x)) : [...list]\n"
    )
    names = range(1, 13)
    route = (
        "import { ask, f, g } from 'somewhere'\nimport { db } from '../../../lib/db'\n"
        + "".join(step.format(n=n) for n in names)
        + "export async function POST(request) {\n  let list = await request.json()\n"
        + "".join(f"  list = step{n}(list)\n" for n in names)
        + "  await db.user.createMany({ data: list.map((x) => x) })\n  return Response.json({})\n}\n"
    )
    found = verdicts(tmp_path, {"lib/db.ts": DB, "app/api/users/route.ts": route})
    assert isinstance(found["POST /api/users"], Missing)

"""A small Next.js app with an open door, a locked one, a public one and one that nobody can judge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

OPEN = "app/api/invoices/route.ts"
LOCKED = "app/api/me/route.ts"
PUBLIC = "app/api/health/route.ts"
UNJUDGED = "app/api/reports/route.ts"

FILES = {
    "package.json": json.dumps({"name": "acme", "dependencies": {"next": "16.4.6"}}),
    "lib/prisma.ts": "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
    OPEN: """\
import { prisma } from '../../../lib/prisma';

export async function DELETE(request: Request) {
  const { id } = await request.json();
  await prisma.invoice.delete({ where: { id: String(id) } });
  return Response.json({ ok: true });
}
""",
    LOCKED: """\
import { getServerSession } from 'next-auth';
import { prisma } from '../../../lib/prisma';

export async function GET() {
  const session = await getServerSession();
  if (!session) return new Response(null, { status: 401 });
  return Response.json(await prisma.user.findUnique({ where: { id: session.user.id } }));
}
""",
    PUBLIC: "export function GET() {\n  return Response.json({ ok: true });\n}\n",
}
UNKNOWN_DOOR = {
    UNJUDGED: """\
import { guarded } from '@acme/guards';
import { prisma } from '../../../lib/prisma';

export const POST = guarded(async () => Response.json(await prisma.report.create({ data: {} })));
"""
}
MENDED = {
    OPEN: """\
import { getServerSession } from 'next-auth';
import { prisma } from '../../../lib/prisma';

export async function DELETE(request: Request) {
  const session = await getServerSession();
  if (!session) return new Response(null, { status: 401 });
  await prisma.invoice.delete({ where: { id: 1, userId: session.user.id } });
  return Response.json({ ok: true });
}
"""
}


def add(root: Path, *more: Mapping[str, str]) -> Path:
    """The folder, after these files were written into it."""
    for files in more:
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return root


def write_app(root: Path) -> Path:
    """The folder, with the app in it."""
    return add(root, FILES)

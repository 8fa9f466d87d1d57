import { auth } from "@/auth";
import { db } from "@/lib/db";

// want authenticate missing middleware-only
export async function GET() {
  return Response.json(await db.user.findMany());
}

// want authenticate held
export async function DELETE(request: Request) {
  if (!(await auth())) return new Response("Unauthorized", { status: 401 });
  const { id } = await request.json();
  await db.user.delete({ where: { id } });
  return new Response(null, { status: 204 });
}

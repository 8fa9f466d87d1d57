import { db } from "@/lib/db";

// want authenticate missing no-check
export async function GET() {
  // because
  return Response.json(await db.user.findMany());
}

import { NextResponse } from "next/server";
import { auth } from "@/auth";

export default auth((request) => {
  if (!request.auth) return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
});

// want cover-every-door missing "GET /api/admin/export", share-identity held "next-auth"
export const config = { matcher: ["/api/admin/users"] };

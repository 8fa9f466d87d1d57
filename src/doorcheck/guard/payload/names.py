"""Names that say who is calling or what they may do, which no caller says of itself."""

from __future__ import annotations

import re

PRIVILEGED = frozenset(
    {
        "account_id", "admin", "approved", "author_id", "balance", "created_by", "credits", "customer_id",
        "email_verified", "is_admin", "is_staff", "is_superuser", "is_verified", "member_id", "org_id",
        "organisation_id", "organization_id", "owner", "owner_id", "paid", "permissions", "plan", "price", "privileges",
        "role", "roles", "scopes", "status", "team_id", "tenant", "tenant_id", "user_id", "verified", "workspace_id",
    }
)  # fmt: skip
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_privileged(name: str) -> bool:
    """Whether a field of this name, in snake or camel case, is one that the server derives by itself."""
    return _HUMP.sub("_", name).replace("-", "_").lower() in PRIVILEGED

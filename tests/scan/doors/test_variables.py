"""Names of variables that say that they hold a secret, and those that only speak of one."""

from __future__ import annotations

import pytest

from doorcheck.scan.doors.variables import holds_secret, is_sample, may_be_shared
from doorcheck.scan.knowledge.library import load

WORDS = load().words


@pytest.mark.parametrize(
    "name",
    [
        "NEXT_PUBLIC_API_SECRET",
        "NEXT_PUBLIC_JWT_SECRET_KEY",
        "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY",
        "NEXT_PUBLIC_FIREBASE_PRIVATE_KEY",
        "NEXT_PUBLIC_ADMIN_PASSWORD",
        "NEXT_PUBLIC_DATABASE_URL",
        "NEXT_PUBLIC_OPENAI_API_KEY",
        "NEXT_PUBLIC_OPENAI_API_KEY_2",
        "STRIPE_SECRET_KEY",
    ],
)
def test_a_name_says_that_a_secret_is_held(name: str) -> None:
    assert holds_secret(name, WORDS)


@pytest.mark.parametrize(
    "name",
    [
        "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",
        "NEXT_PUBLIC_SUPABASE_ANON_KEY",
        "NEXT_PUBLIC_GOOGLE_MAPS_API_KEY",
        "NEXT_PUBLIC_SENTRY_DSN",
        "NEXT_PUBLIC_ENABLE_PASSWORD_LOGIN",
        "NEXT_PUBLIC_PASSWORD_MIN_LENGTH",
        "NEXT_PUBLIC_SECRET_NAME",
        "NEXT_PUBLIC_OPENAI_BASE_URL",
        "NEXT_PUBLIC_SECRETS_PAGE_ENABLED",
        "NEXT_PUBLIC_API_URL",
    ],
)
def test_a_name_speaks_of_one_at_most(name: str) -> None:
    assert not holds_secret(name, WORDS)


def test_a_sample_and_a_key_that_may_be_shared_are_told() -> None:
    assert is_sample("NEXT_PUBLIC_DEMO_PASSWORD")
    assert not is_sample("NEXT_PUBLIC_PASSWORD")
    assert may_be_shared("GOOGLE_MAPS_API_KEY", WORDS)
    assert not may_be_shared("ACME_API_KEY", WORDS)

"""File names and folders, as Next.js reads them."""

from __future__ import annotations

import pytest

from doorcheck.scan.doors.conventions import (
    Folders,
    Middleware,
    folders_of,
    is_layout_file,
    is_middleware_file,
    is_misplaced_middleware,
    is_page_file,
    is_route_file,
    middleware_kind,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app/api/route.ts", True),
        ("app/api/route.tsx", True),
        ("app/api/route.js", True),
        ("app/api/route.jsx", True),
        ("route.ts", True),
        ("app/api/route.mjs", False),
        ("app/api/route.d.ts", False),
        ("app/api/route.test.ts", False),
        ("app/api/myroute.ts", False),
        ("app/api/Route.ts", False),
        ("app/route/page.tsx", False),
    ],
)
def test_a_route_file_has_the_name_and_a_page_extension(path: str, expected: bool) -> None:
    assert is_route_file(path) is expected


def test_page_extensions_replace_the_defaults() -> None:
    assert is_route_file("app/api/route.api.ts", ["api.ts", "page.tsx"])
    assert not is_route_file("app/api/route.ts", ["api.ts", "page.tsx"])
    assert is_page_file("app/docs/page.mdx", ["mdx", "tsx"])


def test_pages_and_layouts() -> None:
    assert is_page_file("app/page.tsx")
    assert is_layout_file("app/(a)/layout.tsx")
    assert is_layout_file("app/template.tsx")
    assert not is_layout_file("app/page.tsx")


@pytest.mark.parametrize(
    ("root", "present", "expected"),
    [
        (".", {"app"}, Folders(".", ".", "app", None)),
        (".", {"src/app", "src/pages"}, Folders(".", "src", "src/app", "src/pages")),
        (".", {"app", "src/app"}, Folders(".", ".", "app", None)),
        ("apps/web", {"apps/web/pages"}, Folders("apps/web", "apps/web", None, "apps/web/pages")),
        ("apps/web", {"apps/web/src/app"}, Folders("apps/web", "apps/web/src", "apps/web/src/app", None)),
        (".", {"app", "src/pages"}, Folders(".", ".", "app", "src/pages")),
        ("apps/web", {"app"}, None),
    ],
)
def test_folders(root: str, present: set[str], expected: Folders | None) -> None:
    assert folders_of(root, present.__contains__) == expected


AT_ROOT = Folders(".", ".", "app", None)
IN_SRC = Folders("apps/web", "apps/web/src", "apps/web/src/app", None)


def test_middleware_lies_beside_the_app_folder() -> None:
    assert is_middleware_file("middleware.ts", AT_ROOT)
    assert is_middleware_file("apps/web/src/middleware.js", IN_SRC)
    assert not is_middleware_file("apps/web/middleware.ts", IN_SRC)
    assert not is_middleware_file("app/middleware.ts", AT_ROOT)
    assert not is_middleware_file("lib/middleware.ts", AT_ROOT)


def test_middleware_in_the_wrong_place_is_noticed() -> None:
    assert is_misplaced_middleware("apps/web/middleware.ts", IN_SRC)
    assert is_misplaced_middleware("src/proxy.ts", AT_ROOT)
    assert is_misplaced_middleware("app/middleware.ts", AT_ROOT)
    assert not is_misplaced_middleware("middleware.ts", AT_ROOT)
    assert not is_misplaced_middleware("lib/middleware.ts", AT_ROOT)


def test_turbopack_runs_middleware_from_either_place() -> None:
    # Tried with next 16.4.6: its default build answers by the middleware in both, `next build --webpack` in neither.
    for path, folders in (("apps/web/middleware.ts", IN_SRC), ("src/middleware.ts", AT_ROOT)):
        assert is_middleware_file(path, folders, next_major=16)
        assert is_middleware_file(path, folders, next_major=15, turbopack=True)
        assert not is_misplaced_middleware(path, folders, next_major=16)
        assert not is_middleware_file(path, folders, next_major=16, turbopack=False)
        assert not is_middleware_file(path, folders, next_major=15)
        assert is_misplaced_middleware(path, folders, next_major=15)
    assert is_misplaced_middleware("app/middleware.ts", AT_ROOT, next_major=16)


def test_proxy_counts_from_next_16() -> None:
    assert middleware_kind("proxy.ts", AT_ROOT, next_major=16) is Middleware.PROXY
    assert middleware_kind("proxy.ts", AT_ROOT) is Middleware.PROXY
    assert middleware_kind("proxy.ts", AT_ROOT, next_major=15) is None
    assert middleware_kind("middleware.ts", AT_ROOT, next_major=16) is Middleware.MIDDLEWARE

"""A page for each library whose sessions guard reads: how to take it, its variables, and what is and is not believed.

The docstrings of the issuers are the text; the source is read and not imported.
"""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

FOLDER = Path("docs/guard-sessions")
SOURCES = Path("src/doorcheck/guard/sessions/issuers")
LIBRARIES = {
    "authjs": ("Auth.js 5", "AuthJs.from_env()"),
    "nextauth": ("NextAuth 4", "NextAuth.from_env()"),
    "iron_session": ("iron-session", 'IronSession.from_env("app-session")'),
    "jose": ("jose", "Jose.from_env()"),
    "auth0": ("Auth0", "Auth0.from_env()"),
    "better_auth": ("better-auth", "BetterAuth.from_env(lookup=find_session)"),
    "supabase": ("Supabase", "Supabase.from_env()"),
    "clerk": ("Clerk", 'Clerk.from_env(["https://app.example.com"])'),
    "workos": ("WorkOS AuthKit", "WorkOS.from_env()"),
    "stytch": ("Stytch", "Stytch.from_env()"),
    "descope": ("Descope", "Descope.from_env()"),
}
"""The modules, what people call the library, and the usual way to take its issuer."""


def issuer_pages(root: Path) -> dict[Path, str]:
    """Every page with its text. Exits for a module of an issuer that has no page."""
    modules = {path.stem for path in (root / SOURCES).glob("*.py")} - {"__init__"}
    if strangers := modules ^ LIBRARIES.keys():
        raise SystemExit(f"tools/guard_issuers.py and {SOURCES} differ in: {', '.join(sorted(strangers))}")
    return {root / FOLDER / f"{name.replace('_', '-')}.md": _page(root, name) for name in LIBRARIES}


def _page(root: Path, module: str) -> str:
    library, call = LIBRARIES[module]
    tree = ast.parse((root / SOURCES / f"{module}.py").read_text(encoding="utf-8"))
    issuers = [node for node in tree.body if isinstance(node, ast.ClassDef) and _method(node, "verify")]
    parts = [
        f"<!-- Made by tools/generate_docs.py from {SOURCES / f'{module}.py'}; edit that instead. -->",
        f"# Sessions of {library}",
        f"""```python
from doorcheck.guard import Guard
from doorcheck.guard.sessions.issuers import {call.partition(".")[0]}

guard = Guard(sessions=[{call}])
```""",
    ]
    for issuer in issuers:
        parts += [f"## `{issuer.name}`", _said(issuer)]
        made = _method(issuer, "from_env")
        if made is not None:
            parts.append(f"`{issuer.name}.from_env`: {_said(made)}")
        parts.append(_options(issuer))
    parts.append(
        "What all issuers have in common (variables, roles and tenants, stores, published keys, what is remembered) is "
        "on [one page](../guard-sessions.md)."
    )
    return "\n\n".join(parts) + "\n"


def _options(issuer: ast.ClassDef) -> str:
    rows = ["| option | type | default |", "|---|---|---|"]
    for node in issuer.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        name, default = node.target.id, "required"
        if name.startswith("_"):
            continue
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "field":
            given = {word.arg: ast.unparse(word.value) for word in node.value.keywords}
            default = f"`{given['default']}`" if "default" in given else default
        elif node.value is not None:
            default = f"`{ast.unparse(node.value)}`"
        kind = ast.unparse(node.annotation).replace("|", "\\|")
        rows.append(f"| `{name}` | `{kind}` | {default} |")
    return "\n".join(rows)


def _method(issuer: ast.ClassDef, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    for node in issuer.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return node
    return None


def _said(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    text = inspect.cleandoc(ast.get_docstring(node) or "")
    return re.sub(r"``([^`]+)``", r"`\1`", text)

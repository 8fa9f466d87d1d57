"""Origins beside its own from which an app lets server actions be called: ``serverActions.allowedOrigins``.

Next.js compares the host of ``Origin`` with the host that was asked, and then with these patterns, in which ``*`` is
one label of a host and ``**`` any number of them. Source:
https://nextjs.org/docs/app/api-reference/config/next-config-js/serverActions
"""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.core import Location
from doorcheck.scan.doors.next_config import CONFIGURATIONS, exported_options
from doorcheck.scan.facts.evaluator import BudgetExceeded, Evaluator
from doorcheck.scan.facts.values import Const, Obj, made_from
from doorcheck.scan.project.tree import Tree

ANYBODYS = frozenset(
    {
        "vercel.app", "now.sh", "netlify.app", "pages.dev", "workers.dev", "trycloudflare.com", "github.io",
        "github.dev", "app.github.dev", "githubpreview.dev", "gitpod.io", "ngrok.io", "ngrok.app", "ngrok.dev",
        "ngrok-free.app", "ngrok-free.dev", "loca.lt", "herokuapp.com", "onrender.com", "fly.dev", "railway.app",
        "up.railway.app", "azurewebsites.net", "azurestaticapps.net", "web.app", "firebaseapp.com", "run.app",
        "appspot.com", "cloudfront.net", "amazonaws.com", "amplifyapp.com", "repl.co", "replit.dev", "replit.app",
        "csb.app", "webcontainer.io", "surge.sh", "deno.dev", "lovable.app", "devtunnels.ms",
    }
)  # fmt: skip
"""Domains below which anybody is given a host of their own."""


def opened_by(ev: Evaluator, tree: Tree, prefix: str) -> Iterator[tuple[str, Location]]:
    """Each pattern that other people's origins match, and the file that it stands in."""
    path = next((prefix + name for name in CONFIGURATIONS if prefix + name in tree.sources), None)
    module = ev.program.module(path) if path is not None else None
    if path is None or module is None:
        return
    try:
        value = exported_options(ev, module)
    except (BudgetExceeded, RecursionError):
        return
    for part in made_from(value):
        given = part.props.get("allowedOrigins") if isinstance(part, Obj) and part.cls is None else None
        for each in made_from(given, 60) if given is not None else ():
            if isinstance(each, Const) and isinstance(each.value, str) and is_open(each.value):
                yield each.value, Location(path, 1)


def is_open(pattern: str) -> bool:
    """Whether hosts of other people match a pattern, or it is meant for all of them."""
    labels = pattern.lower().partition(":")[0].split(".")
    fixed = [label for label in labels if "*" not in label]
    return len(fixed) < len(labels) and (len(fixed) < 2 or ".".join(fixed) in ANYBODYS)

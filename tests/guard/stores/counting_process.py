"""One of several processes that count in the same SQLite file: prints how many calls were allowed."""

from __future__ import annotations

import asyncio
import sys

from doorcheck.guard.limits import Limit
from doorcheck.guard.stores import open_store


async def _count(url: str, calls: int) -> int:
    store = open_store(url)
    try:
        answers = await asyncio.gather(*(store.take("account:x", Limit(100, 86400), 1) for _ in range(calls)))
        firsts = await asyncio.gather(*(store.first_time(f"hook:{number}", 600) for number in range(20)))
    finally:
        await store.close()
    return sum(answer.allowed for answer in answers) + 1000 * sum(firsts)


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(_count(sys.argv[1], int(sys.argv[2])))))

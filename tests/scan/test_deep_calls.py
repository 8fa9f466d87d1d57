"""What a scan does to the interpreter that runs it: room for deep calls, in one piece, and taken back."""

from __future__ import annotations

import sys
import sysconfig

import pytest

from doorcheck.scan.engine import deep_calls, in_one_piece

resource = pytest.importorskip("resource")


def _hover(depth: int, calls: int) -> int:
    """Call something again and again from this deep."""
    if depth:
        return _hover(depth - 1, calls)
    return sum(_hover(0, 0) for _ in range(calls))


def _faults(depth: int) -> int:
    before: int = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    _hover(depth, 200)
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt) - before


def _at_every_depth() -> int:
    for depth in range(400):
        _hover(depth, 0)  # what is touched for the first time costs a fault wherever it lies
    return max(_faults(depth) for depth in range(400))


def test_work_in_one_piece_gives_its_result_and_its_errors() -> None:
    assert in_one_piece(lambda: "done") == "done"
    with pytest.raises(ZeroDivisionError):
        in_one_piece(lambda: 1 // 0)


@pytest.mark.skipif(sysconfig.get_platform().split("-")[0] != "linux", reason="counts what Linux counts")
def test_no_depth_of_calls_asks_the_system_for_memory_again_and_again() -> None:
    assert in_one_piece(_at_every_depth) < 100


def test_deep_calls_are_granted_and_taken_back() -> None:
    usual = sys.getrecursionlimit()
    with deep_calls():
        assert sys.getrecursionlimit() >= 12_000
        assert in_one_piece(lambda: _hover(8_000, 1)) == 0
    assert sys.getrecursionlimit() == usual

"""The benchmarks still measure everything that their table names. What they find is not judged here."""

from pathlib import Path

from benchmarks.report import LINES, drawn
from benchmarks.sizes import TINY
from benchmarks.suite import measure


def test_every_key_of_the_table_gets_a_figure(tmp_path: Path) -> None:
    told: list[str] = []
    figures = measure(tmp_path, TINY, told.append)
    assert set(figures) == {line.key for line in LINES}
    assert all(figure > 0 for figure in figures.values()), figures
    assert told
    assert all(line.key in drawn(figures) for line in LINES)


def test_a_figure_is_held_against_both_bounds() -> None:
    by_key = {line.key: line for line in LINES}
    per_second, lateness = by_key["handler_burst_per_s"], by_key["lateness_p50_ms"]
    assert [per_second.verdict(figure) for figure in (199, 200, 1000)] == ["MISSED", "met", "stretch"]
    assert [lateness.verdict(figure) for figure in (5.1, 5, 3)] == ["MISSED", "met", "stretch"]

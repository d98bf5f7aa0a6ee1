"""The table: what is measured, what against, how good it has to be, and how good it should be."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One figure and its bounds."""

    key: str
    against: str
    """What the figure is compared with, or its unit."""
    bound: float
    stretch: float
    more_is_better: bool = False

    def verdict(self, figure: float) -> str:
        """`stretch`, `met` or `MISSED`."""
        for limit, word in ((self.stretch, "stretch"), (self.bound, "met")):
            if figure >= limit if self.more_is_better else figure <= limit:
                return word
        return "MISSED"


LINES = (
    Line("handler_p50_ratio", "times a bare command", 12, 6),
    Line("handler_p99_ratio", "times a bare command", 20, 6),
    Line("handler_burst_per_s", "commands/s, 50 in flight", 200, 1000, more_is_better=True),
    Line("handler_burst_p99_ms", "ms, 50 in flight", 300, 100),
    Line("claim_mark_vs_raw", "of plain sqlite3's rows/s", 1 / 12, 1 / 4, more_is_better=True),
    Line("wakeup_1m_vs_1k", "times the cost with 1,000 rows", 2.0, 1.2),
    Line("lateness_p50_ms", "ms after it was due", 5, 3),
    Line("lateness_p99_ms", "ms after it was due", 25, 10),
    Line("loop_stall_ms", "ms, the longest of all", 50, 20),
    Line("others_wait_ms", "ms, another's command beside a student at every limit", 100, 50),
    Line("burst_1000_s", "s until the last of 1,000", 21, 20.2),
    Line("vs_job_store", "times a job each in APScheduler's store", 20, 60, more_is_better=True),
    Line("pg_two_workers", "times one worker's rows/s on PostgreSQL", 1.5, 1.8, more_is_better=True),
    Line("cold_start_s", "s, with 1,000,000 rows", 1.5, 0.9),
    Line("rss_mib", "MiB with nothing to do", 80, 70),
)


def drawn(figures: Mapping[str, float]) -> str:
    """The table as text."""
    rows = [("key", "figure", "against", "bound", "stretch", "")]
    for line in LINES:
        figure = figures[line.key]
        sign = ">=" if line.more_is_better else "<="
        bounds = f"{sign} {line.bound:.4g}", f"{sign} {line.stretch:.4g}"
        rows.append((line.key, f"{figure:.4g}", line.against, *bounds, line.verdict(figure)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def machine() -> dict[str, int]:
    """This machine, by cores and memory only."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cores": os.cpu_count() or 1, "memory_gib": round(memory / 2**30)}

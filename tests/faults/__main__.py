"""`python -m tests.faults`: every fault at full size; prints a table and fails when a promise was broken."""

import argparse
import importlib
import json
import random
import sys
import time
from pathlib import Path

from tests.faults.report import Report

FAULTS = {
    "kill": 100,
    "workers": 20_000,
    "boundaries": 0,
    "model": 500,
    "power": 100_000,
    "answers": 20,
    "gateway": 20,
    "downtime": 3,
    "disk": 2,
}
"""The faults, each a file or folder beside this one, with its full size. 0: the trial enumerates by itself."""


def main() -> int:
    """Run what was asked for; returns 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=FAULTS, default=list(FAULTS), help="these faults (default: all)"
    )
    parser.add_argument("--size", type=int, default=None, help="how often, instead of the full size")
    parser.add_argument("--seed", type=int, default=None, help="see an earlier run again")
    parser.add_argument("--json", type=Path, default=None, help="write the figures to this file as well")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}")
    sizes = {name: FAULTS[name] if options.size is None else options.size for name in options.only}
    reports = [_run(name, size, seed) for name, size in sizes.items()]
    if options.json is not None:
        found = {r.fault: {"tried": r.tried, **r.figures, "broken": list(r.broken)} for r in reports}
        options.json.write_text(json.dumps({"seed": seed, "faults": found}, indent=2) + "\n", encoding="utf-8")
    return 1 if any(report.broken for report in reports) else 0


def _run(name: str, size: int, seed: int) -> Report:
    started = time.perf_counter()
    found = importlib.import_module(f"tests.faults.{name}")
    # One that is a package has its own files beside the trial.
    trial = importlib.import_module(f"{found.__name__}.trial") if hasattr(found, "__path__") else found
    report: Report = trial.run(size, seed)
    figures = ", ".join(f"{key} {value:g}" for key, value in report.figures.items())
    verdict = "held" if not report.broken else f"BROKEN {len(report.broken)}"
    seconds = time.perf_counter() - started
    print(f"{name}: {verdict} | {report.tried} tried | {figures} | {seconds:.0f} s", flush=True)
    for line in report.broken:
        print(f"  {line}", flush=True)
    return report


if __name__ == "__main__":
    sys.exit(main())

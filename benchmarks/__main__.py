"""`python -m benchmarks`: measures everything on this machine in one go, and prints it beside the bounds."""

import argparse
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import LINES, drawn, machine
from benchmarks.sizes import FULL, QUICK
from benchmarks.suite import measure


def main() -> int:
    """Measure and print; always returns 0, as a busy machine is not a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything: about a minute")
    parser.add_argument("--json", type=Path, default=None, help="write the figures to this file as well")
    options = parser.parse_args()
    logging.getLogger("discord").setLevel(logging.ERROR)
    print(f"{machine()['cores']} cores, {machine()['memory_gib']} GiB of memory", flush=True)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), QUICK if options.quick else FULL, lambda line: print(line, flush=True))
    print(f"\n{drawn(figures)}\n\n{time.perf_counter() - started:.0f} s in all")
    if options.json is not None:
        found = {line.key: round(figures[line.key], 4) for line in LINES}
        options.json.write_text(
            json.dumps({**found, "machine": machine()}, indent=2) + "\n", encoding="utf-8", newline="\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Students, a jumping clock and a dying bot in any order: the bot does what the model says. A small dose."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_whatever_happens_the_rows_are_what_the_model_says(tmp_path: Path) -> None:
    """By the command, in a process of its own: hypothesis also draws on what other modules hold, so that among a
    whole suite the same seed would play other stories than when a failure is looked at."""
    file = tmp_path / "found.json"
    command = ["-m", "tests.faults", "--only", "model", "--size", "30", "--seed", "1", "--json", str(file)]
    trial = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert trial.returncode == 0, trial.stdout + trial.stderr
    found = json.loads(file.read_text(encoding="utf-8"))["faults"]["model"]
    assert (found["tried"], found["broken"]) == (30, [])
    # It was not a walk in the park.
    assert min(found.get(name, 0) for name in ("arrives", "killed_before", "killed_after", "jumps")) > 0

"""From the start of the process until the engine has looked once; and the memory of a bot with nothing to do."""

import asyncio
import contextlib
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.sizes import Found, Run

_READY = "ready"


def measure(run: Run, file: Path) -> Found:
    """Start a process on `file` a few times; the middle one counts."""
    starts = [_once(file, run.sizes.idle_seconds) for _ in range(run.sizes.starts)]
    seconds, mib = [statistics.median(values) for values in zip(*starts, strict=True)]
    return Found(
        {"cold_start_s": seconds, "rss_mib": mib},
        (f"starts: {', '.join(f'{one:.2f} s with {size:.0f} MiB' for one, size in starts)}",),
    )


def _once(file: Path, idle_seconds: float) -> tuple[float, float]:
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.start_up", str(file), str(idle_seconds)]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own words
        assert child.stdout is not None
        assert child.stdout.readline().strip() == _READY
        seconds = time.perf_counter() - started
        mib = float(child.stdout.readline())
    return seconds, mib


def _resident_mib() -> float:
    """The memory of this process that is in use; where /proc is missing, the most that ever was."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
    import resource  # noqa: PLC0415 - not there on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _start(file: str, idle_seconds: float) -> None:
    # Imported here: what a start costs must not hold what only measuring needs.
    from benchmarks.bots import rapport_on  # noqa: PLC0415
    from benchmarks.discord_stub import log_in  # noqa: PLC0415

    bot = rapport_on(Path(file))
    await log_in(bot)
    await bot.engine.finished()
    print(_READY, flush=True)
    await asyncio.sleep(idle_seconds)
    print(_resident_mib(), flush=True)
    await bot.close()


if __name__ == "__main__":
    asyncio.run(_start(sys.argv[1], float(sys.argv[2])))

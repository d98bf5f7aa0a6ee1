"""`python -m bot …` as processes of their own that need not import everything anew.

An import of what the bot builds on takes a second of a processor, most of what a command takes. So one process
imports it and waits; for each command it forks, and the copy goes on as `python -m bot` would: with its own folder,
environment, output and exit code.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

CAN_FORK = hasattr(os, "fork")
SECONDS = 60
"""After which a command is ended."""

_ONE_AT_A_TIME = Lock()


def run(folder: Path, words: tuple[str, ...], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot` with these words in `folder`."""
    with tempfile.TemporaryDirectory() as around, _ONE_AT_A_TIME:
        out, err = Path(around, "out"), Path(around, "err")
        server = _server(str(Path(__file__).parents[2]))
        assert server.stdin is not None
        assert server.stdout is not None
        asked = {
            "folder": str(folder),
            "words": words,
            "environment": dict(environment),
            "output": [str(out), str(err)],
        }
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(
            ["bot", *words], code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )


@cache
def _server(root: str) -> "subprocess.Popen[str]":
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME"}}
    command = [sys.executable, "-m", "tests.support.warm_process"]
    started = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=root, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    atexit.register(_end, started)
    return started


def _end(server: "subprocess.Popen[str]") -> None:
    with server:
        assert server.stdin is not None
        server.stdin.close()


def _serve() -> dict[str, Any] | None:
    """Answer with exit codes until nobody asks any more; in a copy, returns what the copy is to do."""
    import_module("bot.__main__")
    # The copy runs it; what it imported stays.
    del sys.modules["bot.__main__"]
    # What is here now stays: a copy need not look through it.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        copy = os.fork()
        if copy == 0:
            return dict(json.loads(line))
        _, status = os.waitpid(copy, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer
    return None


def _become(asked: dict[str, Any]) -> None:
    """Go on as the command."""
    signal.alarm(SECONDS)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - the command's own
    os.dup2(sys.stdin.fileno(), 0)
    for number, path in enumerate(asked["output"], 1):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    sys.path[0] = asked["folder"]
    sys.argv = ["bot", *asked["words"]]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


if __name__ == "__main__" and (todo := _serve()) is not None:
    _become(todo)

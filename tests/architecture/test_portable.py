"""What only some systems have is used in a few places, and guarded there; texts say how they are written."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.sources import files

ROOT = Path(__file__).parents[2]
ONLY_UNIX = {
    "chown", "chroot", "confstr", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid",
    "getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority", "getuid", "initgroups", "killpg", "lchown",
    "lockf", "mkfifo", "mknod", "nice", "openpty", "posix_fadvise", "posix_fallocate", "pread", "pwrite", "readv",
    "sched_getaffinity", "sendfile", "setegid", "seteuid", "setgid", "setpgid", "setsid", "setuid", "statvfs",
    "sysconf", "uname", "wait3", "wait4", "writev",
    "O_ASYNC", "O_CLOEXEC", "O_DIRECTORY", "O_DSYNC", "O_NOATIME", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_PATH",
    "O_SYNC", "O_TMPFILE",
    "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGUSR1", "SIGUSR2",
    "pthread_kill", "pthread_sigmask", "setitimer", "sigwait",
    "add_reader", "add_signal_handler", "add_writer", "remove_reader", "remove_signal_handler", "remove_writer",
    "AF_UNIX", "SO_REUSEPORT", "create_unix_connection", "create_unix_server", "open_unix_connection",
}  # fmt: skip
"""Attributes that Windows lacks, and the methods of its event loop that only raise."""
UNIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
ONLY_WINDOWS = {"O_BINARY", "SIGBREAK", "startfile"}
WINDOWS_MODULES = {"msvcrt", "winreg"}
GUARDED = {
    ("bot/cli/file_permissions.py", "geteuid"),
    ("bot/demo/run.py", "add_reader"),
    ("bot/demo/run.py", "remove_reader"),
    ("bot/stop_signals.py", "add_signal_handler"),
    ("benchmarks/report.py", "sysconf"),
    ("benchmarks/start_up.py", "resource"),
}
"""Where they are used, each with another way beside it (tests/cli/test_windows.py); benchmarks are for Unix."""
TEXT = {"read_text", "write_text"}


def trees(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    for room in rooms:
        for path in files(ROOT / room):
            yield str(path.relative_to(ROOT).as_posix()), ast.parse(path.read_text(encoding="utf-8"))


def used(tree: ast.Module) -> Iterator[str]:
    """The attributes that are read, and the modules that are imported, if some system lacks them."""
    attributes, modules = ONLY_UNIX | ONLY_WINDOWS, UNIX_MODULES | WINDOWS_MODULES
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if name in attributes:
                yield name
            case ast.ImportFrom(module=module, names=names):
                yield from attributes & {alias.name for alias in names} | modules & {module}
            case ast.Import(names=names):
                yield from modules & {alias.name for alias in names}


def test_what_only_some_systems_have_is_used_where_it_is_guarded() -> None:
    found = {(path, name) for path, tree in trees("bot", "cogs", "benchmarks") for name in used(tree)}
    assert found == GUARDED


def unsaid(tree: ast.Module) -> Iterator[str]:
    """Texts that are read or written as the machine happens to do it."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg for keyword in node.keywords}
        match node.func:
            case ast.Attribute(attr=name) if name in TEXT and "encoding" not in named:
                yield f"line {node.lineno}: {name} says no encoding"
            case ast.Name(id="open") | ast.Attribute(attr="open") if _mode(node) not in {None, "b"}:
                if "encoding" not in named:
                    yield f"line {node.lineno}: open says no encoding"


def _mode(call: ast.Call) -> str | None:
    """`b` for bytes, else the mode; None where nothing looks like a mode, as what is opened is no file."""
    modes = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    mode = next((word for word in modes if word and set(word) <= set("rwaxbt+")), None)
    if mode is None:
        return "r" if isinstance(call.func, ast.Name) else None
    return "b" if "b" in mode else mode


def test_a_text_is_read_and_written_in_an_encoding_that_is_said() -> None:
    found = [
        f"{path}, {what}" for path, tree in trees("bot", "cogs", "benchmarks", "tests") for what in unsaid(tree)
    ]
    assert found == []


def test_what_is_written_has_the_same_line_ends_everywhere() -> None:
    found = [
        f"{path}, line {node.lineno}"
        for path, tree in trees("bot", "cogs", "benchmarks")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "write_text"
        if "newline" not in {keyword.arg for keyword in node.keywords}
    ]
    assert found == []


def test_the_rules_find_something() -> None:
    """Each of them, in a file that breaks it."""
    tree = ast.parse(
        "import pwd\nopen('a', 'w')\np.open('a')\np.read_text()\nos.fchmod(1)\nopen(f)\nopen(f, 'rb')\n"
    )
    assert {"pwd", "fchmod"} == set(used(tree))
    assert len(list(unsaid(tree))) == 4

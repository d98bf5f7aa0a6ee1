"""Logging for an operator: never a student's words, never a token, whatever the level and whoever writes.

Our own lines are written so that they quote nothing; every other line is kept from quoting:

1. Libraries write from WARNING on. Below that they quote what comes and goes; whatever level somebody sets them to,
   the one handler drops it.
2. Of what a library says stay its own words and numbers; anything else put into them becomes the name of its type.
   A line that was put together before it came here is not shown.
3. Of an error stay the place and the kind, without messages, which quote what they choked on: see `outline`.
4. What Python itself prints of errors that nobody took, and of warnings, goes the same way.
"""

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping
from types import TracebackType

log = logging.getLogger(__name__)

OURS = ("bot", "cogs")
"""The loggers whose lines quote nothing."""
_PUT_TOGETHER = "(not shown: it may quote what somebody typed)"


def configure(level: str) -> None:
    """Send everything to standard error, our own lines from `level` on, and let nothing around that."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line("{asctime} {levelname:<7} {name}: {message}", style="{"))
    handler.addFilter(_is_told)
    logging.basicConfig(
        level=max(logging.WARNING, logging.getLevelNamesMapping()[level]), handlers=[handler], force=True
    )
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    # It would print the line that it could not write, with all that was to be put into it.
    logging.raiseExceptions = False
    warnings.showwarning = lambda _message, category, filename, line, *_: _warned(category, filename, line)
    sys.excepthook = _crashed
    sys.unraisablehook = lambda lost: _lost(lost.exc_value)
    threading.excepthook = lambda lost: _lost(lost.exc_value)


def outline(error: BaseException) -> str:
    """Where and as what `error` and its causes came about, without their messages.

    The message of an error quotes what it choked on, and that may be a student's words or another person's address.
    """
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines += [type(current).__qualname__ + "\n", *traceback.format_tb(current.__traceback__)]
        current = current.__cause__ or current.__context__
    return "".join(lines).rstrip()


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] in OURS


def _is_told(record: logging.LogRecord) -> bool:
    return _is_ours(record) or record.levelno >= logging.WARNING


class _Line(logging.Formatter):
    """Writes a record without what it may quote."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it the outline of an error."""
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        safe = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None, "stack_info": None})
        safe.msg, safe.args = _message(record), ()
        line = super().format(safe)
        return f"{line}\n{outline(error)}" if error is not None else line


def _message(record: logging.LogRecord) -> str:
    if _is_ours(record):
        return record.getMessage()
    where = f"{record.filename}, line {record.lineno}: "
    if not record.args or not isinstance(record.msg, str):
        return where + _PUT_TOGETHER
    try:
        return where + record.msg % _kinds(record.args)
    except (TypeError, ValueError, KeyError):
        return where + _PUT_TOGETHER


def _kinds(args: tuple[object, ...] | Mapping[str, object]) -> tuple[object, ...] | dict[str, object]:
    """Numbers as they are, and of everything else what kind of thing it is."""
    if isinstance(args, Mapping):
        return {name: _kind(value) for name, value in args.items()}
    return tuple(map(_kind, args))


def _kind(value: object) -> object:
    return value if isinstance(value, int | float) else f"<{type(value).__name__}>"


def _warned(category: type[Warning], filename: str, line: int) -> None:
    log.warning("%s in %s, line %d", category.__name__, filename, line)


def _crashed(_kind: type[BaseException], error: BaseException, _where: TracebackType | None) -> None:
    log.critical("the bot has ended with an error that nobody took\n%s", outline(error))


def _lost(error: BaseException | None) -> None:
    log.error("nobody took an error\n%s", outline(error) if error is not None else "")

"""Logging for an operator: one line an event, never a student's words, never a token."""

import logging
import logging.config
import traceback


def configure(level: str) -> None:
    """Send everything to standard error at `level`; the libraries only from WARNING, as they quote payloads."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"level": "WARNING", "handlers": ["stderr"]},
            "loggers": {"bot": {"level": level}, "cogs": {"level": level}, "alembic": {"level": "WARNING"}},
        }
    )


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

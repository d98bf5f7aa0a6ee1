"""What asks a program to stop, on every system: Ctrl-C, Ctrl-Break, and the system's own wish."""

import asyncio
import signal

_NAMES = ("SIGINT", "SIGTERM", "SIGBREAK")
"""The last is Windows' own: Ctrl-Break, and a console that is closed."""


def set_on_stop(stopped: asyncio.Event) -> None:
    """Set the event when somebody asks, so that the program ends in order. Call it in the running event loop."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stopped.set)

    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # the event loop of Windows has none; Python itself wakes it up for this one
            signal.signal(number, lambda *_: ask())

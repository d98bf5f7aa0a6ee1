"""Tells Discord the commands when their definition changed, and only then."""

import asyncio
import hashlib
import json
import logging
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands

from bot.storage.bot_state import BotState
from bot.ui.connection.connect import pauses
from bot.ui.connection.refusals import EVALUATION, UNREADABLE, UnreadableError, numbers, refusal, spoken

log = logging.getLogger(__name__)

AT_THE_START = 10.0
"""Seconds that a start waits for Discord to take the commands. Then it goes on with those that Discord knows."""
_HINTS = {
    30034: "It takes 200 new ones a day at most.",
    50001: "The bot was installed without the scope applications.commands: open the invite link of"
    " `python -m bot check` once more.",
    50035: "One of them has a form that Discord does not allow: upgrade Rapport.",
    50240: "The application has a command of its own that starts an activity: turn Activities off in the developer"
    " portal.",
}
"""What to do, by Discord's code."""
_BAD_REQUEST, _TOO_MANY_REQUESTS, _SERVER_ERRORS = 400, 429, 500


_KEPT = "Discord does not take the commands. %s %s Meanwhile the bot goes on with those that Discord knows."


class Sync:
    """Tells Discord the commands beside everything else: reminders neither wait for it nor end with it."""

    def __init__(self, tree: app_commands.CommandTree[Any], state: BotState) -> None:
        self._tree = tree
        self._state = state
        self._task: asyncio.Task[None] | None = None

    async def start(self, *, force: bool) -> None:
        """Begin. Returns once Discord took them or refused them, or takes its time."""
        heard = asyncio.Event()
        self._task = asyncio.create_task(self._until_taken(heard, force=force), name="commands")
        hearing = asyncio.create_task(heard.wait())
        await asyncio.wait({self._task, hearing}, timeout=AT_THE_START, return_when=asyncio.FIRST_COMPLETED)
        hearing.cancel()
        if self._task.done():
            self._task.result()

    @property
    def is_done(self) -> bool:
        """Whether Discord took them, or refused them for good."""
        return self._task is not None and self._task.done()

    async def stop(self) -> None:
        """Try no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _until_taken(self, heard: asyncio.Event, *, force: bool) -> None:
        for pause in pauses():
            try:
                await sync_if_changed(self._tree, self._state, force=force)
            except EVALUATION as error:
                why, wait = _judged(error)
                if wait is None:
                    log.error(_KEPT, why, "The next start tries again.")  # noqa: TRY400 - said without an outline
                    return
                wait = wait or pause
                log.error(_KEPT, why, f"Trying again in {spoken(wait)}.")  # noqa: TRY400
            else:
                return
            heard.set()
            await asyncio.sleep(wait.total_seconds())


async def sync_if_changed(tree: app_commands.CommandTree[Any], state: BotState, *, force: bool) -> bool:
    """Sync when the commands differ from the last sync of this application, or when `force`d; says whether.

    Raises what talking with Discord may raise.
    """
    key = f"commands:{tree.client.application_id}"
    digest = fingerprint(tree)
    if not force and await state.get(key) == digest:
        return False
    try:
        await tree.sync()
    except UNREADABLE as error:
        raise UnreadableError from error
    await state.set(key, digest)
    log.info("commands synced")
    return True


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Changes exactly when something that Discord shows of a command changes."""
    payload = sorted((command.to_dict(tree) for command in tree.get_commands()), key=lambda c: str(c["name"]))
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _judged(error: BaseException) -> tuple[str, timedelta | None]:
    """Why Discord does not take them; and how long to wait, which is zero when it does not say. None: for good."""
    refused = refusal(error)
    if isinstance(error, discord.HTTPException) and _BAD_REQUEST <= error.status < _SERVER_ERRORS:
        why = f"It refuses them ({numbers(error)}). {_HINTS.get(error.code, '')}".rstrip()
        return why, ((refused and refused.wait) or timedelta()) if error.status == _TOO_MANY_REQUESTS else None
    if refused is None:
        return f"It gives no reason ({type(error).__name__}).", None
    return refused.why, refused.wait or timedelta()

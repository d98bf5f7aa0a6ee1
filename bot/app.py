"""The only place that builds things and hands them down; owns the order of start and stop.

Start: database and migrations, cogs, durable buttons, reminder engine, command sync. Stop, the other way round:
no new work, what is in hand finishes, the engine, Discord, the database.
"""

import asyncio
import gc
import logging
import sys
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.clock import now
from bot.domain.quotas import Quota
from bot.handbook import loader
from bot.logs import outline
from bot.reminders.clock_check import ClockCheck
from bot.reminders.engine import Engine
from bot.reminders.housekeeping import Housekeeping
from bot.services import Services, build_services
from bot.settings import Settings
from bot.storage.database import Database, open_engine
from bot.storage.privacy.erasure import erase_again
from bot.storage.process_lock import Alone
from bot.storage.schema.keys import takes_what_is_not_bound
from bot.storage.schema.revision import bring_up_to_date
from bot.ui.connection import connect, discord_time
from bot.ui.connection.answers import Answers
from bot.ui.dispatch import errors
from bot.ui.dispatch.command_sync import Sync
from bot.ui.dispatch.press import Press
from bot.ui.dispatch.rate_limit import Gate, Rate
from bot.ui.dispatch.router import Router
from bot.ui.kit.dynamic_items import Routed
from bot.ui.kit.render import NO_MENTIONS
from bot.ui.reminders.discord_limits import DiscordLimits
from bot.ui.reminders.sender import ReminderSender
from cogs import COGS

log = logging.getLogger(__name__)

_TURN = 0.0005
"""Seconds that a thread may go on while another one waits."""


def intents() -> discord.Intents:
    """The least that works. DM text needs no privileged intent; messages in servers never reach the bot."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.dm_messages = True
    return wanted


def create_bot(settings: Settings, *, force_sync: bool = False) -> "Rapport":
    """The bot, ready to be started. Raises HandbookError when an edited handbook does not fit."""
    handbook = loader.load(settings.handbook_dir)
    db = Database(open_engine(settings.database, settings.keys), settings.data_dir)
    services = build_services(
        db,
        handbook,
        Quota(contacts=settings.max_contacts, entries=settings.max_entries),
        inactive_months=settings.inactive_months,
        max_file_bytes=settings.max_file_bytes,
    )
    kind = Rapport if settings.shard_count is None else ShardedRapport
    return kind(settings, db, services, force_sync=force_sync)


def settle_process() -> None:
    """Once everything is built: have nothing of the interpreter's own keep students waiting."""
    # What is there by now stays: without it, the garbage collector has nothing to look through for 0.1 s at a time.
    gc.collect()
    gc.freeze()
    # A thread at work, as on a large export, gives way ten times sooner than by default: the loop asks for its turn
    # again after each statement.
    sys.setswitchinterval(_TURN)


class Tree(app_commands.CommandTree["Rapport"]):
    """Commands for servers, for DMs and for people who installed the bot for themselves."""

    def __init__(self, client: "Rapport") -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Commands, and what is asked while one is typed, pass the gate that presses pass."""
        return await self.client.router.gate.admits(interaction)

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        """Send what a command raised to the one door."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            # Discord still shows a command of an older version; the next sync mends it.
            log.warning("an outdated command was used")
        await errors.report(Press(interaction), error)


class Rapport(commands.Bot):
    """The Discord client with everything that it owns."""

    def __init__(self, settings: Settings, db: Database, services: Services, *, force_sync: bool) -> None:
        # discord.py would warn at every start that it cannot join voice channels; nobody asked it to.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        limits, answers = DiscordLimits(), Answers()
        self.clock_check = ClockCheck(partial(discord_time.ask, self))
        trace = answers.listen(limits.trace())
        discord_time.listen(trace, self.clock_check)
        super().__init__(
            # There are no prefix commands; a bot may not be built without one.
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(),
            allowed_mentions=NO_MENTIONS,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            # A longer wait is the engine's to plan: a request that sleeps would keep its claim.
            max_ratelimit_timeout=30,
            http_trace=trace,
            proxy=settings.proxy_with_password,
            **({} if settings.shard_count is None else _shards(settings)),
        )
        self.settings = settings
        self.db = db
        self.alone = Alone(db, now(), settings.shard_count or 1, settings.shard_ids)
        """Whoever starts the bot takes it first, where others may use the same database."""
        self.services = services
        self.router = Router(Gate(*_rates(settings)))
        self.engine = Engine(
            services.deliveries,
            ReminderSender(self, services, limits),
            sweep_seconds=settings.sweep_seconds,
            per_second=settings.sends_per_second * settings.share,
            gap_seconds=settings.ping_gap_seconds,
            clock_check=self.clock_check,
        )
        db.on_armed = self.engine.arm
        db.on_untidy = self.engine.tidy_soon
        db.on_taken_back = services.under_way.through
        self.housekeeping = Housekeeping(services.inactivity, self.clock_check)
        self.sync = Sync(self.tree, services.bot_state)
        self._force_sync = force_sync
        self._answers = answers
        self._let_in = False
        """Whether Discord took the token; what goes wrong from there on in a login is the bot's own."""
        self._closing = asyncio.Lock()

    async def start(self, token: str, *, reconnect: bool = True) -> None:  # noqa: ARG002 - it always does
        """Connect and stay, however long Discord refuses. Raises what only somebody can mend, such as the token."""
        proxy = self.settings.proxy_shown
        connect.quieten(proxy)
        connect.space_out(self, len(self.settings.shard_ids) or self.settings.shard_count or 1)
        await connect.log_in(self, token, lambda: self._let_in, proxy)
        await connect.stay(self, self._answers.doubt)

    async def connect(self, *, reconnect: bool = True) -> None:
        """Also when the first try of all fails."""
        for pause in connect.pauses():
            try:
                await super().connect(reconnect=reconnect)
            except AttributeError as error:
                refused = connect.stumbled(error)
                if self.ws is not None or refused is None:
                    raise
            else:
                return
            await asyncio.sleep((refused.wait or pause).total_seconds())

    async def setup_hook(self) -> None:
        """Start everything; runs once, after login and before the gateway connects."""
        self._let_in = True
        await bring_up_to_date(self.db.engine)
        if takes_what_is_not_bound(self.db.engine):
            log.warning("not all that students wrote is encrypted and bound to them: python -m bot db rotate-keys")
        await erase_again(self.db.engine, self.db.erased)
        await self.services.mydata.finish()
        # Again later, should another program be reading what a bot that was killed has left in the log.
        await self.db.scrub()
        for cog in COGS:
            await self.add_cog(cog(self.services, self.router))
        self.add_dynamic_items(Routed)
        self.add_listener(self.router.submitted, "on_interaction")
        self.add_listener(self._seen, "on_interaction")
        self.engine.start()
        self.housekeeping.start()
        if self.settings.has_direct_messages or self._force_sync:
            # One of several processes is enough, and it is the same one at every start.
            await self.sync.start(force=self._force_sync)
        log.info("ready: %d commands, %d cogs", len(self.tree.get_commands()), len(self.cogs))

    async def _seen(self, given: discord.Interaction[Any] | discord.Message) -> None:
        """An id is a moment of Discord's clock."""
        self.clock_check.seen(given.created_at)

    async def on_message(self, message: discord.Message, /) -> None:
        """Hand DMs to the conversation; everything else is not the bot's business."""
        await self._seen(message)
        await self.router.message(message)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Note a fault outside every door, without its message: it may quote a student."""
        error = sys.exception()
        log.error("a fault in %s\n%s", event_method, outline(error) if error else "")

    async def close(self) -> None:
        """Stop in order. Calling it twice is fine."""
        async with self._closing:
            if self.is_closed():
                return
            await self.router.drain(self.settings.shutdown_seconds)
            await self.sync.stop()
            await self.housekeeping.stop(self.settings.shutdown_seconds)
            await self.engine.stop(self.settings.shutdown_seconds)
            await super().close()
            await self.alone.release()
            await self.db.close()


class ShardedRapport(Rapport, commands.AutoShardedBot):
    """The same with a connection to the gateway for each of its shards; other processes may have the others."""


def _rates(settings: Settings) -> tuple[Rate, Rate]:
    """Of commands, presses and forms; and of direct messages."""
    actions = Rate(settings.actions_at_once, settings.actions_per_minute)
    return actions, Rate(settings.messages_at_once, settings.messages_per_minute)


def _shards(settings: Settings) -> dict[str, Any]:
    return {"shard_count": settings.shard_count, "shard_ids": list(settings.shard_ids) or None}

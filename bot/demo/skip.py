"""The demo's own command: `/skip hours`."""

from typing import Any

import discord
from discord import app_commands

from bot.demo.clock import DemoClock, read_skip


def skip_command(clock: DemoClock) -> "app_commands.Command[Any, Any, Any]":
    """A command that only exists in the demo."""

    @app_commands.command(name="skip", description="Demo only: let time pass, for example 20 hours")
    @app_commands.describe(hours="How many hours to jump ahead")
    async def skip(interaction: discord.Interaction[Any], hours: app_commands.Range[float, 0.1, 1440.0]) -> None:
        delta = read_skip(f"{hours:.2f}h")
        if delta is not None:
            clock.skip(delta)
        await interaction.response.send_message(f"-# Demo: skipping {hours:g} hours.", ephemeral=True)

    return skip

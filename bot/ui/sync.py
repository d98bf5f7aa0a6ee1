"""Tells Discord the commands when their definition changed, and only then."""

import hashlib
import json
import logging
from typing import Any

from discord import app_commands

from bot.services.memory import Memory

log = logging.getLogger(__name__)


async def sync_if_changed(tree: app_commands.CommandTree[Any], memory: Memory, *, force: bool) -> bool:
    """Sync when the commands differ from the last sync of this application, or when `force`d; says whether."""
    key = f"commands:{tree.client.application_id}"
    digest = fingerprint(tree)
    if not force and await memory.recall(key) == digest:
        return False
    await tree.sync()
    await memory.remember(key, digest)
    log.info("commands synced")
    return True


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Changes exactly when something that Discord shows of a command changes."""
    payload = sorted((command.to_dict(tree) for command in tree.get_commands()), key=lambda c: str(c["name"]))
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()

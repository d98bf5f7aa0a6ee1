"""People with Discord open: they press, choose, fill in forms, use commands and type, and Discord tells the bot."""

import asyncio
from typing import Any

from simcord import interactions
from simcord.backend import Backend, serializers
from simcord.backend.models import Channel, Interaction, Message
from simcord.enums import AppCommandType, ComponentType, InteractionType

from tests.faults.doubles.discord.faults import Json


class Students:
    """Everybody's DM with the bot. Whatever they do while the bot is away reaches nobody, as in Discord."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def add(self, name: str) -> int:
        """Somebody new; returns their id."""
        user = self._backend.make_user(name)
        self._backend.get_dm_channel(user.id)
        return user.id

    def dm(self, user_id: int) -> list[Message]:
        """The DM with the bot as it looks now, oldest first."""
        return list(self._backend.messages[self.channel(user_id).id].values())

    def channel(self, user_id: int) -> Channel:
        """The DM channel with the bot."""
        return self._backend.get_dm_channel(user_id)

    def forget_channel(self, user_id: int) -> None:
        """Let Discord answer 10003 to whoever uses the channel that they know; asking for the DM opens another."""
        self._backend.channels.pop(self._backend.dm_channels.pop(user_id), None)

    def say(self, user_id: int, text: str) -> Message:
        """Type a DM."""
        return self._backend.create_message(self.channel(user_id).id, user_id, text)

    def press(self, user_id: int, message_id: int, custom_id: str) -> Interaction:
        """Press a button."""
        data = {"custom_id": custom_id, "component_type": ComponentType.BUTTON.value}
        return self._act(user_id, InteractionType.MESSAGE_COMPONENT, data, message_id)

    def choose(self, user_id: int, message_id: int, custom_id: str, values: list[str]) -> Interaction:
        """Choose in a menu."""
        data = {"custom_id": custom_id, "component_type": ComponentType.SELECT.value, "values": values}
        return self._act(user_id, InteractionType.MESSAGE_COMPONENT, data, message_id)

    def submit(self, user_id: int, shown: Interaction, values: dict[str, str | list[str]]) -> Interaction:
        """Send the form that answered `shown`, its fields filled in by custom_id."""
        assert shown.modal is not None, "no form was opened"
        labels = [label for label in shown.modal["components"] if label["type"] == ComponentType.LABEL]
        filled = [_filled(label["component"], values) for label in labels]
        data = {"custom_id": shown.modal["custom_id"], "components": filled}
        return self._act(user_id, InteractionType.MODAL_SUBMIT, data, shown.source_message_id)

    def slash(self, user_id: int, name: str, **options: Any) -> Interaction:
        """Use a command in the DM, such as `todo list`. Options are text, numbers and truth values."""
        first, *path = name.split()
        command = self._backend.find_command(first, None, type=AppCommandType.CHAT_INPUT)
        assert command is not None, f"the bot has not told Discord of /{first}"
        leaf, nesting = interactions.walk_to_subcommand(command, path)
        kinds = {option["name"]: option["type"] for option in leaf.get("options") or []}
        given = [{"name": key, "type": kinds[key], "value": value} for key, value in options.items()]
        data = {
            "id": command["id"],
            "name": command["name"],
            "type": AppCommandType.CHAT_INPUT.value,
            "options": interactions.nest_options(command, nesting, given),
        }
        return self._act(user_id, InteractionType.APPLICATION_COMMAND, data, None)

    async def answered(self, interaction: Interaction, seconds: float = 3.0) -> bool:
        """Whether the bot answers within `seconds`; the default is Discord's limit."""
        for _ in range(int(seconds / 0.02)):
            if interaction.responded:
                return True
            await asyncio.sleep(0.02)
        return interaction.responded

    def _act(self, user_id: int, kind: InteractionType, data: Json, message_id: int | None) -> Interaction:
        channel = self.channel(user_id)
        record, payload = interactions.base_payload(
            self._backend, type=kind.value, channel_id=channel.id, guild_id=None, user_id=user_id, data=data
        )
        if message_id is not None:
            message = self._backend.get_message(channel.id, message_id)
            record.source_message_id = message_id
            payload["message"] = dict(serializers.message_payload(self._backend, message))
        self._backend.emit("INTERACTION_CREATE", payload)
        return record


def _filled(field: Json, values: dict[str, str | list[str]]) -> Json:
    value = values.get(field["custom_id"], "")
    key = "values" if isinstance(value, list) else "value"
    component = {"type": field["type"], "custom_id": field["custom_id"], key: value}
    return {"type": ComponentType.LABEL.value, "component": component}

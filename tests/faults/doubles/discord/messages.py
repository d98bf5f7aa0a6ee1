"""Messages that the bot creates: the log of them, the memory of nonces, and closed DMs."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.http.router import dispatch

from tests.faults.doubles.discord.faults import Json, Request

CREATE = ("POST", "/channels/*/messages")
_CLOSED = 50007


@dataclass(frozen=True, slots=True)
class Created:
    """One answer of Discord's to "create this message"."""

    user_id: int
    """Whose DM it is in; 0 for a channel of a server."""
    channel_id: int
    message_id: int
    nonce: str | None
    at: float
    """In seconds of the event loop's clock."""
    custom_ids: tuple[str, ...]
    """Of its buttons and menus, as they were created."""
    by: str = ""
    """The token of the process that asked for it."""
    repeated: bool = False
    """Discord knew the nonce and answered with the message that was there."""


class Mail:
    """Every message that the bot asked Discord to create."""

    def __init__(self, backend: Backend, nonce_seconds: float) -> None:
        self.log: list[Created] = []
        """In order; a repeat has an entry of its own with the id of the first message."""
        self.nonce_seconds = nonce_seconds
        """How long Discord remembers a nonce. May be changed at any time."""
        self.closed: set[int] = set()
        """Users who take no DMs."""
        self._backend = backend
        self._nonces: dict[tuple[int, str], Created] = {}
        self._news = asyncio.Event()

    @property
    def messages(self) -> list[Created]:
        """The messages that users see, each once."""
        return [created for created in self.log if not created.repeated]

    async def reached(self, number: int) -> None:
        """Return when the log has `number` entries."""
        while len(self.log) < number:
            await self._news.wait()

    def create(self, request: Request) -> Json:
        """The answer to `request`. Raises BackendError."""
        channel_id = int(request.path.split("/")[2])
        user_id = _recipient(self._backend, channel_id)
        if user_id in self.closed:
            raise BackendError(403, _CLOSED, "Cannot send messages to this user")
        nonce = request.body.get("nonce") if request.body else None
        key = (channel_id, str(nonce))
        known = self._nonces.get(key) if nonce is not None and request.body.get("enforce_nonce") else None
        if known is not None and request.at - known.at < self.nonce_seconds:
            self._note(replace(known, at=request.at, by=request.by, repeated=True))
            return self._payload(known)
        return self._new(request, channel_id, user_id, key if nonce is not None else None)

    def _new(self, request: Request, channel_id: int, user_id: int, key: tuple[int, str] | None) -> Json:
        answer = dispatch(self._backend, request.method, request.path, json=request.body, files=list(request.files))
        nonce = key[1] if key else None
        ids = tuple(custom_ids(request.body.get("components", [])))
        at = asyncio.get_running_loop().time()
        created = Created(user_id, channel_id, int(answer["id"]), nonce, at, ids, request.by)
        if key is not None:
            self._nonces[key] = created
        self._note(created)
        return answer | {"nonce": nonce}

    def _payload(self, known: Created) -> Json:
        message = self._backend.get_message(known.channel_id, known.message_id)
        return dict(serializers.message_payload(self._backend, message)) | {"nonce": known.nonce}

    def _note(self, created: Created) -> None:
        self.log.append(created)
        self._news.set()
        self._news = asyncio.Event()


def custom_ids(components: Json) -> Iterator[str]:
    """The custom_ids in a tree of components, in order."""
    for component in components:
        if "custom_id" in component:
            yield component["custom_id"]
        yield from custom_ids(component.get("components", []))
        if "accessory" in component:
            yield from custom_ids([component["accessory"]])


def _recipient(backend: Backend, channel_id: int) -> int:
    recipients = backend.get_channel(channel_id).recipient_ids
    return recipients[0] if recipients else 0

"""The gateway: sessions with sequence numbers that can be resumed, and the ways in which a connection ends."""

import asyncio
import contextlib
import copy
import json
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import discord
from aiohttp import WSMsgType, web
from simcord.backend import Backend, serializers
from simcord.intents import required_intent

from tests.faults.doubles.discord.faults import Json


class Op(IntEnum):
    """What a gateway message is."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Connection:
    """One websocket. What is sent goes out in order, by one task."""

    def __init__(self, socket: web.WebSocketResponse, request: web.BaseRequest) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.silent = False
        """Nothing gets through any more, and neither side is told: a zombie, in discord.py's word."""
        self._request = request
        self._outbox: asyncio.Queue[str] = asyncio.Queue()

    def send(self, op: Op, data: Json = None) -> None:
        """Send what is not an event."""
        self.put(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def put(self, text: str) -> None:
        """Send `text` after all that waits."""
        if not self.silent:
            self._outbox.put_nowait(text)

    async def pump(self) -> None:
        """Send until the connection ends."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self.socket.send_str(await self._outbox.get())

    def cut(self) -> None:
        """End it with no goodbye."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Session:
    """What one IDENTIFY began. It outlives its connections."""

    def __init__(self, number: int, intents: int) -> None:
        self.id = f"session-{number}"
        self.intents = discord.Intents.none()
        self.intents.value = intents
        self.connection: Connection | None = None
        self.events: list[str] = []
        """Everything that was dispatched; the first has the sequence number 1."""

    def dispatch(self, name: str, data: Mapping[str, Any]) -> None:
        """Send an event, or keep it for the next RESUME."""
        message = {"op": Op.DISPATCH, "d": data, "s": len(self.events) + 1, "t": name}
        self.events.append(json.dumps(message))
        if self.connection is not None:
            self.connection.put(self.events[-1])

    def wants(self, name: str, data: Mapping[str, Any]) -> bool:
        """Whether the bot asked for this kind of event."""
        intent = required_intent(name, data)
        return intent is None or bool(getattr(self.intents, intent))


class Gateway:
    """Accepts connections, and ends them as a trial likes."""

    def __init__(self, backend: Backend, heartbeat_seconds: float) -> None:
        self.url = ""
        """Its own address; set by the server."""
        self.identified = 0
        """How many sessions were begun."""
        self.resumed = 0
        """How many were resumed."""
        self.resumable = True
        """False: every RESUME is answered with INVALID_SESSION, as Discord does after some minutes."""
        self.accepts = True
        """False: nobody is let in, as during an outage; connections that are there stay."""
        self.connections: list[Connection] = []
        self._ready = asyncio.Event()
        self._backend = backend
        self._heartbeat = heartbeat_seconds
        self._sessions: dict[str, Session] = {}
        backend.subscribers.append(self._emit)

    async def ready(self) -> None:
        """Return when the bot is in a session on a living connection."""
        await self._ready.wait()

    async def drop(self, code: int) -> None:
        """Close every connection with `code`. A bot gives up after 4004 and 4010 to 4014."""
        for connection in list(self.connections):
            await connection.socket.close(code=code)

    def cut(self) -> None:
        """Break every connection without a word."""
        for connection in self.connections:
            connection.cut()

    def fall_silent(self) -> None:
        """Let every connection be dead without anybody knowing: heartbeats are not acknowledged."""
        for connection in self.connections:
            connection.silent = True

    def reconnect(self) -> None:
        """Ask the bot to connect anew (op 7)."""
        for connection in self.connections:
            connection.send(Op.RECONNECT)

    def invalidate(self, *, resumable: bool) -> None:
        """Tell the bot that its session is not valid (op 9); one that is not resumable is forgotten."""
        for connection in self.connections:
            if connection.session is not None and not resumable:
                self._sessions.pop(connection.session.id, None)
            connection.send(Op.INVALID_SESSION, resumable)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        if not self.accepts:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self.connections.append(connection)
        pump = asyncio.create_task(connection.pump(), name="gateway")
        connection.send(Op.HELLO, {"heartbeat_interval": int(self._heartbeat * 1000)})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._received(connection, json.loads(message.data))
        finally:
            pump.cancel()
            self._leave(connection)
        return socket

    def _leave(self, connection: Connection) -> None:
        self.connections.remove(connection)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
        if not any(other.session for other in self.connections):
            self._ready.clear()

    def _received(self, connection: Connection, message: Json) -> None:
        match message["op"]:
            case Op.HEARTBEAT:
                connection.send(Op.HEARTBEAT_ACK)
            case Op.IDENTIFY:
                self._identify(connection, message["d"])
            case Op.RESUME:
                self._resume(connection, message["d"])
            case _:
                pass  # presence and the like change nothing here

    def _identify(self, connection: Connection, data: Json) -> None:
        self.identified += 1
        session = Session(self.identified, data["intents"])
        self._sessions[session.id] = session
        self._enter(connection, session)
        guilds = list(self._backend.guilds.values())
        session.dispatch("READY", self._welcome(session, [guild.id for guild in guilds]))
        for guild in guilds:
            self._dispatch(session, "GUILD_CREATE", serializers.guild_create_payload(self._backend, guild))

    def _welcome(self, session: Session, guilds: list[int]) -> Json:
        return {
            "v": 10,
            "user": dict(serializers.user_payload(self._backend.bot_user)),
            "guilds": [{"id": str(number), "unavailable": True} for number in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": str(self._backend.application_id), "flags": 0},
        }

    def _resume(self, connection: Connection, data: Json) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None or not self.resumable:
            connection.send(Op.INVALID_SESSION, False)
            return
        self.resumed += 1
        for text in session.events[data["seq"] or 0 :]:
            connection.put(text)
        self._enter(connection, session)
        session.dispatch("RESUMED", {})

    def _enter(self, connection: Connection, session: Session) -> None:
        connection.session, session.connection = session, connection
        self._ready.set()

    def _emit(self, name: str, data: Mapping[str, Any]) -> None:
        for session in self._sessions.values():
            self._dispatch(session, name, data)

    def _dispatch(self, session: Session, name: str, data: Mapping[str, Any]) -> None:
        if session.wants(name, data):
            session.dispatch(name, copy.deepcopy(dict(data)))

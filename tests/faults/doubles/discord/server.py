"""The server: simcord's Discord behind real HTTP and a real websocket on 127.0.0.1."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

from aiohttp import web
from simcord.backend import Backend
from simcord.backend.errors import BackendError
from simcord.http import routes as _routes  # noqa: F401 - importing them is what registers them
from simcord.http.router import RouteNotImplemented, UnsupportedField, dispatch

from tests.faults.doubles.discord.address import Address
from tests.faults.doubles.discord.faults import Fault, Json, Plans, Request
from tests.faults.doubles.discord.gateway import Gateway
from tests.faults.doubles.discord.messages import CREATE, Mail
from tests.faults.doubles.discord.students import Students

_API = "/api/v10"
_GATEWAY = "/gateway"

Pace = Callable[[Request], tuple[float, float]]
"""How many seconds a request takes before Discord acts on it, and from there to its answer."""


class _WallClock:
    """simcord's clock is virtual; a bot in another process lives in real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        raise NotImplementedError(f"real time cannot be advanced by {seconds} s")


class StandIn:
    """A Discord for one bot. Everything that happens in it is kept in memory and outlives the bot's process."""

    def __init__(
        self, *, nonce_seconds: float = 300.0, heartbeat_seconds: float = 41.25, pace: Pace = lambda _: (0.0, 0.0)
    ) -> None:
        self.backend = Backend(clock=_WallClock())  # type: ignore[arg-type]  # simcord names its own class
        self.plans = Plans()
        self.mail = Mail(self.backend, nonce_seconds)
        self.gateway = Gateway(self.backend, heartbeat_seconds)
        self.students = Students(self.backend)
        self.pace = pace
        self.requests: list[Request] = []
        """Every request, in order of arrival."""
        self.gaps: list[str] = []
        """What the bot asked for that simcord does not know: a trial that sees one proves nothing."""
        self.address = Address("", "")

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["StandIn"]:
        """Listen on a free port until the block ends."""
        app = web.Application(client_max_size=1 << 26)
        app.router.add_get(_GATEWAY, self.gateway.serve)
        app.router.add_route("*", _API + "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        self.address = Address(f"http://127.0.0.1:{port}{_API}", f"ws://127.0.0.1:{port}{_GATEWAY}")
        self.gateway.url = self.address.gateway
        try:
            yield self
        finally:
            self.gateway.cut()
            await runner.cleanup()

    async def _answer(self, raw: web.Request) -> web.StreamResponse:
        """What was asked is done even when the asker dies meanwhile: Discord would not notice either."""
        request = await _read(raw)
        self.requests.append(request)
        before, after = self.pace(request)
        await asyncio.sleep(before)
        fault = self.plans.take(request)
        answer = self._done(request) if fault.done else None
        await asyncio.sleep(after + fault.seconds)
        if fault.lost and raw.transport is not None:
            raw.transport.abort()
        if fault.lost or fault.status is not None:
            return _faulty(fault)
        return answer or self._done(request)

    def _done(self, request: Request) -> web.Response:
        try:
            return _response(200, self._dispatch(request), _limits(request))
        except (RouteNotImplemented, UnsupportedField) as error:
            self.gaps.append(f"{request.method} {request.path}: {error.message}")
            return _response(error.status, error.to_json())
        except BackendError as error:
            return _response(error.status, error.to_json())
        finally:
            # simcord keeps a copy of everything for a test to look at; a long trial has no room for it.
            self.backend.http_requests.clear()
            self.backend.transcript.clear()

    def _dispatch(self, request: Request) -> Json:
        if request.fits(*CREATE) and request.path.count("/") == 3:
            return self.mail.create(request)
        return dispatch(
            self.backend,
            request.method,
            request.path,
            json=request.body,
            params=dict(request.params),
            files=list(request.files),
        )


async def _read(raw: web.Request) -> Request:
    body: Json = None
    files: list[SimpleNamespace] = []
    if raw.content_type == "multipart/form-data":
        form = await raw.post()
        body = json.loads(str(form["payload_json"]))
        parts = [part for part in form.values() if isinstance(part, web.FileField)]
        files = [SimpleNamespace(fp=part.file, filename=part.filename, description=None) for part in parts]
    elif raw.can_read_body:
        body = await raw.json()
    return Request(
        raw.method,
        raw.path.removeprefix(_API),
        dict(raw.query),
        body,
        files,
        asyncio.get_running_loop().time(),
        raw.headers.get("Authorization", "").removeprefix("Bot "),
    )


def _limits(request: Request) -> dict[str, str]:
    """A limit that is never reached. Without one discord.py would send one request after the other."""
    bucket = f"{request.method} {re.sub(r'/[0-9]+', '', request.path)}"
    return {
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "49",
        "X-RateLimit-Reset-After": "1",
        "X-RateLimit-Bucket": hashlib.md5(bucket.encode(), usedforsecurity=False).hexdigest(),
    }


def _faulty(fault: Fault) -> web.Response:
    if isinstance(fault.body, str):
        headers = {"Content-Type": "text/html"} | dict(fault.headers)
        return web.Response(status=fault.status or 500, body=fault.body.encode(), headers=headers)
    return _response(fault.status or 500, fault.body, fault.headers)


def _response(status: int, data: Json, headers: Mapping[str, str] | None = None) -> web.Response:
    if data is None and status < 400:
        return web.Response(status=204, headers=headers)
    # discord.py reads JSON only under exactly this content type, with no charset behind it.
    own = {"Content-Type": "application/json"} | dict(headers or {})
    return web.Response(status=status, body=json.dumps(data).encode(), headers=own)

"""What goes wrong with a request, planned ahead: which ones, how often, and whether Discord still did its part."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Json = Any
"""Whatever `json` reads and writes."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it arrived."""

    method: str
    path: str
    """Below the version, such as `/channels/1/messages`."""
    params: Mapping[str, str]
    body: Json
    files: Sequence[Any]
    at: float
    """When it arrived, in seconds of the event loop's clock."""
    by: str = ""
    """The token that it came with."""

    def fits(self, method: str, path: str) -> bool:
        """Whether it is of `method` and its path fits the pattern `path`, such as `/channels/*/messages`."""
        return self.method == method and fnmatchcase(self.path, path)


Which = Callable[[Request], bool]


def route(method: str, path: str) -> Which:
    """Picks requests by method and pattern of the path; `*` stands for anything, slashes included."""
    return lambda request: request.fits(method, path)


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one request. As it stands by default: nothing goes wrong."""

    status: int | None = None
    """The answer's status; None is the true answer."""
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """How long the answer takes."""
    done: bool = False
    """Discord does what was asked before the answer goes wrong: the message is there, and the bot is not told."""
    lost: bool = False
    """The connection breaks instead of an answer."""


def too_many_requests(seconds: float, *, everywhere: bool = False, via: bool = True) -> Fault:
    """429 with `Retry-After`. `everywhere`: the global limit. Without `via` discord.py does not try again."""
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
    headers = {"Retry-After": str(math.ceil(seconds)), "X-RateLimit-Scope": "global" if everywhere else "user"}
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    return Fault(429, body, headers | ({"Via": "1.1 google"} if via else {}))


def server_error(status: int, *, done: bool = False) -> Fault:
    """500, 502, 503 or 504, as a web page in place of JSON."""
    return Fault(status, "<html>upstream error</html>", done=done)


def refused(status: int, code: int, message: str = "refused") -> Fault:
    """A refusal in Discord's words, such as 403 with 50007 or 404 with 10003."""
    return Fault(status, {"code": code, "message": message})


def garbled(*, done: bool = True) -> Fault:
    """An answer that breaks off in the middle of its JSON, though all of it seems to be there."""
    return Fault(200, '{"id": "12', {"Content-Type": "application/json"}, done=done)


def slow(seconds: float) -> Fault:
    """Done at once and told late."""
    return Fault(seconds=seconds, done=True)


def silent(*, done: bool = False) -> Fault:
    """No answer at all: the connection stays open."""
    return Fault(seconds=math.inf, done=done)


def lost(*, done: bool = False) -> Fault:
    """The connection breaks before an answer."""
    return Fault(done=done, lost=True)


FINE = Fault()


@dataclass(slots=True)
class Plan:
    """Faults for the requests that `which` picks."""

    which: Which
    faults: list[Fault]
    """One for each request that comes."""
    always: Fault | None = None
    """For every request after them; None when nothing else goes wrong."""
    met: int = 0
    """How many requests met a fault of this plan."""

    @property
    def spent(self) -> bool:
        """Whether nothing of it is left."""
        return not self.faults and self.always is None


class Plans:
    """The plans in force. For each request the oldest plan that picks it decides."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []

    def next(self, which: Which, *faults: Fault) -> Plan:
        """Let the next requests that `which` picks meet `faults`, one each."""
        return self._add(Plan(which, list(faults)))

    def every(self, which: Which, fault: Fault) -> Plan:
        """Let every request that `which` picks meet `fault`, until `drop`."""
        return self._add(Plan(which, [], fault))

    def drop(self, plan: Plan) -> None:
        """Let `plan` decide nothing any more."""
        if plan in self._plans:
            self._plans.remove(plan)

    def take(self, request: Request) -> Fault:
        """What becomes of `request`."""
        for plan in self._plans:
            if plan.which(request):
                plan.met += 1
                fault = plan.faults.pop(0) if plan.faults else plan.always
                if plan.spent:
                    self._plans.remove(plan)
                return fault or FINE
        return FINE

    def _add(self, plan: Plan) -> Plan:
        self._plans.append(plan)
        return plan

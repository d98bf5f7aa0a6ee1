"""What Discord may answer to the requests of a reminder, and how each of them has to end."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from bot.domain.reminders.reminder import Status
from tests.faults.doubles.discord.faults import (
    Fault,
    Request,
    garbled,
    lost,
    refused,
    server_error,
    silent,
    too_many_requests,
)
from tests.faults.doubles.discord.server import StandIn


class Place(Enum):
    """The requests of a reminder."""

    OPEN = ("POST", "/users/@me/channels")
    SEND = ("POST", "/channels/*/messages")
    READ = ("GET", "/channels/*/messages")

    def met_by(self, request: Request) -> bool:
        """Whether `request` is of this kind, whoever it is about."""
        return request.fits(*self.value)

    def of(self, discord: StandIn, user: int) -> Callable[[Request], bool]:
        """Picks those that are about `user`."""

        def picks(request: Request) -> bool:
            if not self.met_by(request):
                return False
            if self is Place.OPEN:
                return str(request.body["recipient_id"]) == str(user)
            return request.path.split("/")[2] == str(discord.students.channel(user).id)

        return picks


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong at one of the requests."""

    place: Place
    fault: Fault
    times: int | None = 1
    """None: until it is over."""


@dataclass(frozen=True, slots=True)
class Case:
    """One student's trouble, and its end."""

    name: str
    troubles: tuple[Trouble, ...]
    ends: Status = Status.SENT
    messages: int = 1
    """That the student sees in the end."""
    known: bool = True
    """Whether the bot knows the DM channel before."""
    forgotten: bool = False
    """Discord has forgotten the channel that the bot knows."""
    lives: float = 3600.0
    """Seconds from the due time until the reminder is of no use."""
    knocks: int | None = None
    """How many requests meet the trouble, where it matters."""


LASTS = 100.0
"""Seconds that a trouble lasts that is said to last until it is over."""


def _send(name: str, fault: Fault, times: int | None = 1) -> Case:
    return Case(name, (Trouble(Place.SEND, fault, times),))


def _open(name: str, fault: Fault, times: int | None = 1) -> Case:
    return Case(f"opening the DM: {name}", (Trouble(Place.OPEN, fault, times),), known=False)


def _read(name: str, fault: Fault) -> Case:
    """The message was taken, and nobody heard; and now reading the DM fails."""
    taken = Trouble(Place.SEND, server_error(503, done=True))
    return Case(f"reading the DM: {name}", (taken, Trouble(Place.READ, fault, None)))


def _refusal(code: int, place: Place = Place.SEND) -> Case:
    refusal = (Trouble(place, refused(403, code), None),)
    return Case(f"{place.name} {code}", refusal, Status.UNDELIVERABLE, 0, known=place is Place.SEND, knocks=1)


CASES = (
    _send("429 for seconds, three times", too_many_requests(5), 3),
    _send("429 for seconds, again and again", too_many_requests(5), None),
    _send("429 for nearly as long as an attempt, again and again", too_many_requests(29), None),
    _send("429 for longer than an attempt", too_many_requests(70)),
    *(_send(str(status), server_error(status), None) for status in (500, 502, 504)),
    *(_send(f"503, student {number}", server_error(503), None) for number in range(4)),
    *(_send(f"{status}, and it was taken", server_error(status, done=True)) for status in (500, 502, 503, 504)),
    _send("502 again and again, and it was taken", server_error(502, done=True), None),
    Case(
        "502, and it was taken, then 429",
        (Trouble(Place.SEND, server_error(502, done=True)), Trouble(Place.SEND, too_many_requests(60))),
    ),
    _send("no answer", silent()),
    _send("no answer, and it was taken", silent(done=True)),
    _send("no answer, again and again", silent(), None),
    _send("connection lost", lost()),
    _send("connection lost, and it was taken", lost(done=True)),
    _send("connection lost, again and again", lost(), None),
    _send("broken JSON, and it was taken", garbled()),
    _send("broken JSON", garbled(done=False)),
    _send("a web page, and it was taken", Fault(200, "<html>hello</html>", done=True)),
    _refusal(50007),
    _refusal(50278),
    _refusal(50007, Place.OPEN),
    Case(
        "504, and it was taken, then closed",
        (Trouble(Place.SEND, server_error(504, done=True)), Trouble(Place.SEND, refused(403, 50007))),
    ),
    Case("10003", (), forgotten=True),
    Case(
        "503 until it is of no use",
        (Trouble(Place.SEND, server_error(503), None),),
        Status.STALE,
        messages=0,
        lives=60,
    ),
    _open("500", server_error(500), None),
    _open("503", server_error(503), None),
    _open("no answer", silent(), None),
    _open("connection lost", lost(), None),
    _open("broken JSON", garbled(), None),
    _read("429 for seconds", too_many_requests(5)),
    _read("500", server_error(500)),
    _read("503", server_error(503)),
    _read("no answer", silent()),
    _read("connection lost", lost()),
    _read("broken JSON", garbled()),
    Case(
        "reading the DM: 503 until it is of no use",
        (Trouble(Place.SEND, server_error(503, done=True)), Trouble(Place.READ, server_error(503), None)),
        Status.UNCERTAIN,
        lives=95,
    ),
    Case(
        "reading the DM: it was closed meanwhile",
        (Trouble(Place.SEND, server_error(503, done=True)), Trouble(Place.READ, refused(403, 50007), None)),
        Status.UNCERTAIN,
    ),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that is meant for the whole bot."""

    name: str
    fault: Fault
    seconds: float
    """How long it lasts, each time."""
    places: frozenset[Place] = frozenset(Place)
    """The requests that it is about."""
    times: int = 1
    """How often it is told, in a row."""


def _page(seconds: float | None) -> Fault:
    """Cloudflare's own 429: no JSON, no `Via`, and not always with a `Retry-After`."""
    return Fault(429, "error code: 1015", {} if seconds is None else {"Retry-After": f"{seconds:g}"})


LIMITS = (
    Limit("global, seconds", too_many_requests(5, everywhere=True), 5),
    Limit("global, nearly as long as an attempt", too_many_requests(28, everywhere=True), 28),
    Limit("global, three times", too_many_requests(20, everywhere=True), 20, times=3),
    Limit("global, longer than an attempt", too_many_requests(70, everywhere=True), 70),
    Limit("Cloudflare", _page(50), 50),
    Limit("Cloudflare, longer than a lease", _page(200), 200),
    Limit("Cloudflare with JSON", too_many_requests(20, via=False), 20),
    Limit("Cloudflare without Retry-After", _page(None), 10),
    Limit("opening DMs", too_many_requests(20), 20, frozenset({Place.OPEN})),
    Limit("opening DMs, longer than an attempt", too_many_requests(70), 70, frozenset({Place.OPEN})),
)

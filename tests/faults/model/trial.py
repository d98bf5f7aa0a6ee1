"""Students, a clock that jumps and a bot that dies, in any order, against a model of what ought to come of it."""

import tempfile
import traceback
from collections import Counter
from datetime import time, timedelta
from pathlib import Path
from typing import ClassVar, TypeVar
from zoneinfo import ZoneInfo

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bot.clock import now
from bot.domain.errors import CoachError, Code
from bot.domain.interviews.interview import InterviewStatus
from bot.domain.reminders.reminder import Snooze, Status
from bot.domain.requests.status import RequestOutcome
from bot.domain.times.quiet_hours import QuietHours
from bot.services.interviews.views import AlreadyBooked, Booked, Met, NotMet, NotMoved, Terms
from tests.faults.doubles.recording_discord import Fate, Reading
from tests.faults.model.expected_students import Interview, Request, Todo
from tests.faults.model.harness import CONTACTS, KILLED, USERS, Stage
from tests.faults.report import Report
from tests.support.shortcuts import snooze

T = TypeVar("T")

STEPS = 40
"""What happens in one story."""
MINUTE = timedelta(minutes=1)
ZONES = ("America/Denver", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati")

ahead = st.integers(1, 12 * 60) | st.integers(1, 10 * 24 * 60)
spans = st.integers(0, 24 * 60) | st.integers(0, 15 * 24 * 60)
picks = st.integers(0, 999)
contacts = st.sampled_from(sorted(CONTACTS))
users = st.sampled_from(USERS)
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
deaths = st.sampled_from(sorted(KILLED))
troubles = st.sampled_from(sorted(set(Fate) - KILLED - {Fate.ARRIVES}))
readings = st.sampled_from([Reading.WORKS, Reading.WORKS, *Reading])


class Story(RuleBasedStateMachine):
    """One example. Each rule is something that happens; after each, the bot must have done what the model says."""

    counted: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.stage = Stage(Path(self.folder.name), self.counted)
        self.expected = self.stage.expected

    def teardown(self) -> None:
        """The file is sound at the end of every story."""
        try:
            self.stage.close()
        finally:
            self.folder.cleanup()

    def _then(self) -> None:
        """Whatever has just become due goes out at once."""
        self.stage.look()
        self.stage.check()

    @rule(contact=contacts, minutes=ahead, length=st.sampled_from([5, 20, 240]))
    def books(self, contact: int, minutes: int, length: int) -> None:
        """A student books an interview; one at a time with the same contact."""
        starts_at = now() + minutes * MINUTE
        if any(one.starts_at == starts_at for one in self.expected.interviews.values()):
            return
        free, owner = self.expected.may_book(contact), CONTACTS[contact]
        booked = self.stage.do(lambda to: to.interviews.schedule(owner, contact, Terms(starts_at, length)))
        assert isinstance(booked, Booked if free else AlreadyBooked)
        if free:
            self.expected.book(Interview(booked.interview.id, owner, contact, starts_at, length))
        self._then()

    @precondition(lambda self: self.expected.interviews)
    @rule(pick=picks, minutes=ahead, even_if_over=st.booleans())
    def moves(self, pick: int, minutes: int, *, even_if_over: bool) -> None:
        """An interview gets another time."""
        one, starts_at = _pick(self.expected.interviews, pick), now() + minutes * MINUTE
        may = self.expected.may_move(one, even_if_over=even_if_over)
        moved = self.stage.do(
            lambda to: to.interviews.move(one.owner, one.id, Terms(starts_at), even_if_over=even_if_over)
        )
        assert isinstance(moved, Booked if may else NotMoved)
        if may:
            self.expected.move(one, starts_at)
        self._then()

    @precondition(lambda self: self.expected.interviews)
    @rule(pick=picks)
    def calls_off(self, pick: int) -> None:
        """An interview will not take place."""
        one = _pick(self.expected.interviews, pick)
        self.stage.do(lambda to: to.interviews.cancel(one.owner, one.id))
        self.expected.call_off(one)
        self._then()

    @precondition(lambda self: self.expected.interviews)
    @rule(pick=picks)
    def was_missed(self, pick: int) -> None:
        """An interview did not take place."""
        one = _pick(self.expected.interviews, pick)
        self.stage.do(lambda to: to.interviews.missed(one.owner, one.id))
        self.expected.miss(one)
        self._then()

    @precondition(lambda self: self.expected.interviews)
    @rule(pick=picks)
    def happened(self, pick: int) -> None:
        """An interview took place."""
        one = _pick(self.expected.interviews, pick)
        may = self.expected.may_happen(one)
        told = self.stage.do(lambda to: to.interviews.happened(one.owner, one.id))
        assert isinstance(told, Met if may else NotMet)
        if may:
            self.expected.happen(one)
        self._then()

    @precondition(lambda self: any(one.ended_at for one in self.expected.interviews.values()))
    @rule(pick=picks)
    def thanks(self, pick: int) -> None:
        """A note is sent."""
        met = {key: one for key, one in self.expected.interviews.items() if one.status is InterviewStatus.MET}
        one = _pick(met, pick)
        self.stage.do(lambda to: to.thank_yous.sent(one.owner, one.id))
        self.expected.thank(one)
        self._then()

    @rule(contact=contacts)
    def asks(self, contact: int) -> None:
        """A request goes out to a contact; while one is out, saying so again changes nothing."""
        known, owner = self.expected.out(contact), CONTACTS[contact]
        sent = self.stage.do(lambda to: to.requests.sent_to(owner, contact))
        if known is None:
            self.expected.ask(Request(sent.id, owner, contact, now()))
        self._then()

    @precondition(lambda self: self.expected.requests)
    @rule(pick=picks, outcome=st.sampled_from(RequestOutcome))
    def answered(self, pick: int, outcome: RequestOutcome) -> None:
        """A request is answered."""
        one = _pick(self.expected.requests, pick)
        self.stage.do(lambda to: to.requests.answer(one.owner, one.id, outcome))
        self.expected.answer(one)
        self._then()

    @precondition(lambda self: any(not one.answered for one in self.expected.requests.values()))
    @rule(pick=picks)
    def nudges(self, pick: int) -> None:
        """The one reminder of a request that is out is sent."""
        one = _pick({key: one for key, one in self.expected.requests.items() if not one.answered}, pick)
        self.stage.do(lambda to: to.requests.nudged(one.owner, one.id, 0))
        self.expected.nudge(one)
        self._then()

    @rule(user=users, text=st.sampled_from("abc"), minutes=ahead)
    def promises(self, user: int, text: str, minutes: int) -> None:
        """A to-do gets its moment, or another one."""
        due_at = now() + minutes * MINUTE
        (kept,) = self.stage.do(lambda to: to.todos.add(user, text, due=due_at)).todos
        self.expected.promise(self.expected.todos.get(kept.id) or Todo(kept.id, user, due_at), due_at)
        self._then()

    @precondition(lambda self: self.expected.todos)
    @rule(pick=picks)
    def ticks(self, pick: int) -> None:
        """A to-do is done."""
        one = _pick(self.expected.todos, pick)
        self.stage.do(lambda to: to.todos.done(one.owner, one.id))
        self.expected.tick(one)
        self._then()

    @precondition(lambda self: self.stage.discord.messages)
    @rule(pick=picks, choice=st.sampled_from(Snooze))
    def snoozes(self, pick: int, choice: Snooze) -> None:
        """A reminder that the student sees is put off."""
        seen = sorted({one for message in self.stage.discord.messages for one in message.reminders})
        reminder_id = seen[pick % len(seen)]
        row = self.stage.ids[reminder_id]
        may = self.expected.may_snooze(row)
        refused = None
        try:
            self.stage.do(lambda to: snooze(to, row.user_id, reminder_id, choice))
        except CoachError as refusal:
            refused = refusal.code
        assert refused is (None if may else Code.MOVED_ON)
        if may:
            last = self._last_of(reminder_id)
            self.expected.snooze(self.stage.ids[last], last, choice)
        self._then()

    def _last_of(self, reminder_id: int) -> int:
        """Of a reminder that was put off and has come back, the one that came last."""
        while True:
            key = f"{self.stage.ids[reminder_id].key.split('+')[0]}+snooze{reminder_id}"
            over = {Status.PENDING, Status.CANCELLED}
            again = [one for one, row in self.stage.ids.items() if row.key == key and row.status not in over]
            if not again:
                return reminder_id
            (reminder_id,) = again

    @rule(user=users, zone=st.sampled_from(ZONES))
    def travels(self, user: int, zone: str) -> None:
        """A student goes to live elsewhere, with reminders under way."""
        self.stage.do(lambda to: to.profiles.set_zone(user, zone))
        self.expected.clocks[user].zone = ZoneInfo(zone)
        self.expected.replan(user)
        self._then()

    @rule(user=users, ends=st.tuples(hours, hours).filter(lambda ends: ends[0] != ends[1]))
    def sleeps(self, user: int, ends: tuple[time, time]) -> None:
        """A student wants other quiet hours."""
        start, end = (one.isoformat("minutes") for one in ends)
        self.stage.do(lambda to: to.profiles.set_quiet(user, start, end))
        self.expected.clocks[user].quiet = QuietHours(*ends)
        self.expected.replan(user)
        self._then()

    @rule(minutes=spans)
    def time_passes(self, minutes: int) -> None:
        """Reminders come at their moment."""
        self.stage.pass_time(minutes * MINUTE)
        self.stage.check()

    @rule(fate=troubles, minutes=spans, reading=readings)
    def something_goes_wrong(self, fate: Fate, minutes: int, reading: Reading) -> None:
        """The next messages do not get through, or nobody knows whether they did."""
        self._meet(fate)
        self.stage.discord.reading = reading
        self.stage.pass_time(minutes * MINUTE)
        self.stage.discord.reading = Reading.WORKS
        self.stage.check()

    @rule(fate=deaths, minutes=spans, reading=readings)
    def dies(self, fate: Fate, minutes: int, reading: Reading) -> None:
        """The bot is killed while it sends the next messages, and away for a while."""
        self._meet(fate)
        self.stage.discord.reading = reading
        self.stage.restart(minutes * MINUTE)
        self.stage.discord.reading = Reading.WORKS
        self.stage.check()

    def _meet(self, fate: Fate) -> None:
        """Go to the moment of the next reminder, and let its message meet its fate."""
        if (due := self.expected.reminders.next_at()) is not None:
            self.stage.pass_time(max(due - now(), timedelta()), fate)
            self.stage.check()

    @rule(minutes=st.integers(-12 * 60, 12 * 60))
    def clock_jumps(self, minutes: int) -> None:
        """The machine's clock is set, forward or back."""
        self.stage.jump(minutes * MINUTE)
        self.stage.check()

    @rule(minutes=spans)
    def is_away(self, minutes: int) -> None:
        """The bot is stopped for a while."""
        self.stage.restart(minutes * MINUTE)
        self.stage.check()


def _pick(rows: dict[int, T], pick: int) -> T:
    return rows[sorted(rows)[pick % len(rows)]]


def run(size: int, seed: int) -> Report:
    """Play `size` stories. The same seed plays the same ones."""
    counted: Counter[str] = Counter()
    machine = hypothesis.seed(seed)(type("Seeded", (Story,), {"counted": counted}))
    found: tuple[str, ...] = ()
    try:
        run_state_machine_as_test(machine, settings=_settings(size))
    except Exception as error:  # noqa: BLE001 - whatever a story comes to is what was looked for
        found = (f"seed {seed}, size {size}: {_told(error)}",)
    return Report("model", size, {key: float(count) for key, count in sorted(counted.items())}, found)


def _settings(size: int) -> settings:
    return settings(
        max_examples=size,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def _told(error: BaseException) -> str:
    """What went wrong and the shortest story that leads there, as hypothesis found them."""
    notes = [*getattr(error, "__notes__", []), *traceback.format_tb(error.__traceback__)[-2:]]
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return "\n".join([f"{type(error).__name__}: {error}", *notes, *map(_told, inner)])

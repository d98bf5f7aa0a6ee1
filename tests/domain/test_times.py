"""Clock changes, quiet hours, mornings and evenings."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.domain.errors import CoachError, Code
from bot.domain.times.quiet_hours import QuietHours, in_quiet, quiet_end_after, quiet_hours, shift_out_of_quiet
from bot.domain.times.wall_clock import day_before_at, day_words, moment_words, next_morning, parse_clock, to_utc

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # its clocks changed at midnight, until 2019
KOLKATA = ZoneInfo("Asia/Kolkata")
APIA = ZoneInfo("Pacific/Apia")  # it skipped December 30, 2011
ZONES = (NEW_YORK, BERLIN, LORD_HOWE, SAO_PAULO, KOLKATA, APIA)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NIGHT = QuietHours()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


# Days on which the clocks of one of the zones change, and any others.
CHANGES = (
    "2018-11-04",
    "2018-02-17",
    "2026-03-08",
    "2026-11-01",
    "2026-03-29",
    "2026-10-25",
    "2026-04-05",
    "2026-10-04",
)
DAYS = st.sampled_from([*map(date.fromisoformat, CHANGES), date(2011, 12, 30), date(2026, 7, 1)])
MOMENTS = st.builds(
    lambda day, minutes: datetime.combine(day, time(), tzinfo=UTC) + minutes * MINUTE,
    DAYS | st.dates(date(1990, 1, 1), date(2035, 1, 1)),
    st.integers(-2 * 1440, 2 * 1440),
)
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
QUIETS = st.builds(QuietHours, CLOCKS, CLOCKS).filter(lambda quiet: quiet.start != quiet.end)


class TestToUtc:
    @pytest.mark.parametrize(
        ("wall", "zone", "expected"),
        [
            ("2026-11-24T15:00", NEW_YORK, "2026-11-24T20:00"),
            ("2026-07-24T15:00", NEW_YORK, "2026-07-24T19:00"),
            ("2026-03-08T03:00", NEW_YORK, "2026-03-08T07:00"),
            ("2026-03-08T01:59", NEW_YORK, "2026-03-08T06:59"),
            ("2026-07-24T15:00", KOLKATA, "2026-07-24T09:30"),
        ],
    )
    def test_plain_times(self, wall: str, zone: ZoneInfo, expected: str) -> None:
        assert to_utc(datetime.fromisoformat(wall), zone, "x") == utc(expected)

    @pytest.mark.parametrize(
        ("wall", "zone", "code", "options"),
        [
            ("2026-03-08T02:30", NEW_YORK, Code.WHEN_SKIPPED, ("2026-03-08T06:30", "2026-03-08T07:30")),
            ("2026-11-01T01:30", NEW_YORK, Code.WHEN_TWICE, ("2026-11-01T05:30", "2026-11-01T06:30")),
            ("2026-10-04T02:15", LORD_HOWE, Code.WHEN_SKIPPED, ("2026-10-03T15:15", "2026-10-03T15:45")),
            ("2018-11-04T00:00", SAO_PAULO, Code.WHEN_SKIPPED, ("2018-11-04T02:00", "2018-11-04T03:00")),
            ("2018-02-17T23:30", SAO_PAULO, Code.WHEN_TWICE, ("2018-02-18T01:30", "2018-02-18T02:30")),
        ],
    )
    def test_clock_changes(self, wall: str, zone: ZoneInfo, code: Code, options: tuple[str, str]) -> None:
        with pytest.raises(CoachError) as caught:
            to_utc(datetime.fromisoformat(wall), zone, "that night")
        assert caught.value.code is code
        assert caught.value.params == {"text": "that night", "options": tuple(map(utc, options))}

    @given(moment=MOMENTS, zone=st.sampled_from(ZONES))
    def test_returns_what_the_clock_shows_or_names_it_as_an_option(self, moment: datetime, zone: ZoneInfo) -> None:
        wall = moment.astimezone(zone).replace(tzinfo=None)
        code: Code | None = None
        try:
            found = (to_utc(wall, zone, ""),)
        except CoachError as refusal:
            code, found = refusal.code, refusal.params["options"]
        assert moment in found
        assert code is (Code.WHEN_TWICE if len(found) > 1 else None)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("22:00", time(22)),
            ("7:30", time(7, 30)),
            ("1 am", time(1)),
            ("12:30 p.m.", time(12, 30)),
            ("07:30", time(7, 30)),
            (" 10pm ", time(22)),
            ("10 PM", time(22)),
            ("10:30 p.m.", time(22, 30)),
            ("12am", time(0)),
            ("12 pm", time(12)),
            ("12:15am", time(0, 15)),
            ("0:00", time(0)),
            ("Noon", time(12)),
            ("midnight", time(0)),
        ],
    )
    def test_reads_clocks(self, text: str, expected: time) -> None:
        assert parse_clock(text) == expected

    @pytest.mark.parametrize(
        "text", ["", "10", "24:00", "22:60", "13pm", "0am", "ten", "22:0", "-1:00", "22:00:00", "٢٢:٠٠"]
    )
    def test_refuses_what_is_no_clock(self, text: str) -> None:
        with pytest.raises(CoachError) as caught:
            parse_clock(text)
        assert caught.value.code is Code.BAD_QUIET_HOURS

    @given(st.text() | st.from_regex(r"[0-9]{1,2}:?[0-9]{0,2} ?[ap]?m?", fullmatch=True))
    def test_any_text_is_a_clock_or_refused(self, text: str) -> None:
        code: Code | None = None
        try:
            clock = parse_clock(text)
        except CoachError as refusal:
            code = refusal.code
        else:
            assert parse_clock(clock.isoformat("minutes")) == clock
        assert code in {None, Code.BAD_QUIET_HOURS}

    def test_both_ends(self) -> None:
        assert quiet_hours("10pm", "8:00") == QuietHours(time(22), time(8)) == NIGHT

    def test_the_same_ends_are_refused(self) -> None:
        with pytest.raises(CoachError) as caught:
            quiet_hours("22:00", "10pm")
        assert caught.value.code is Code.BAD_QUIET_HOURS

    @pytest.mark.parametrize(
        ("clock", "quiet", "expected"),
        [
            ("21:59", NIGHT, False),
            ("22:00", NIGHT, True),
            ("03:00", NIGHT, True),
            ("07:59", NIGHT, True),
            ("08:00", NIGHT, False),
            ("12:00", QuietHours(time(9), time(17)), True),
            ("08:59", QuietHours(time(9), time(17)), False),
            ("17:00", QuietHours(time(9), time(17)), False),
            ("23:59", QuietHours(time(20), time(0)), True),
            ("00:00", QuietHours(time(20), time(0)), False),
        ],
    )
    def test_in_quiet(self, clock: str, quiet: QuietHours, expected: bool) -> None:
        assert in_quiet(local(f"2026-11-24T{clock}", NEW_YORK), quiet, NEW_YORK) is expected

    @pytest.mark.parametrize(
        ("moment", "start", "end"),
        [
            # The night of the clock change is an hour shorter, or longer, and ends at 08:00 all the same.
            (utc("2026-03-08T06:59"), utc("2026-03-08T03:00"), utc("2026-03-08T12:00")),
            (utc("2026-11-01T06:30"), utc("2026-11-01T02:00"), utc("2026-11-01T13:00")),
        ],
    )
    def test_the_ends_are_wall_times(self, moment: datetime, start: datetime, end: datetime) -> None:
        assert in_quiet(start, NIGHT, NEW_YORK)
        assert not in_quiet(start - MINUTE, NIGHT, NEW_YORK)
        assert quiet_end_after(moment, NIGHT, NEW_YORK) == end

    def test_an_end_that_is_skipped_is_the_first_instant_after_the_gap(self) -> None:
        quiet = QuietHours(time(22), time(2, 30))
        assert quiet_end_after(utc("2026-03-08T06:00"), quiet, NEW_YORK) == utc("2026-03-08T07:00")

    def test_a_repeated_end_is_the_later_and_a_repeated_start_the_earlier(self) -> None:
        until = QuietHours(time(22), time(1, 30))
        assert quiet_end_after(utc("2026-11-01T05:00"), until, NEW_YORK) == local("2026-11-01T01:30", NEW_YORK, 1)
        since = QuietHours(time(1, 30), time(8))
        assert in_quiet(local("2026-11-01T01:30", NEW_YORK), since, NEW_YORK)
        assert not in_quiet(local("2026-11-01T01:29", NEW_YORK), since, NEW_YORK)

    @given(moment=MOMENTS, quiet=QUIETS, zone=st.sampled_from(ZONES))
    def test_away_from_clock_changes_the_wall_clock_alone_decides(
        self, moment: datetime, quiet: QuietHours, zone: ZoneInfo
    ) -> None:
        offsets = {(moment + hours * HOUR).astimezone(zone).utcoffset() for hours in range(-50, 51, 2)}
        assume(len(offsets) == 1)
        clock = moment.astimezone(zone).time()
        if quiet.start < quiet.end:
            assert in_quiet(moment, quiet, zone) is (quiet.start <= clock < quiet.end)
        else:
            assert in_quiet(moment, quiet, zone) is (clock >= quiet.start or clock < quiet.end)

    @given(moment=MOMENTS, quiet=QUIETS, zone=st.sampled_from(ZONES))
    def test_quiet_lasts_until_its_end(self, moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> None:
        end = quiet_end_after(moment, quiet, zone)
        assert moment < end
        assert in_quiet(end - MINUTE, quiet, zone)
        assert not in_quiet(end, quiet, zone)


class TestShift:
    @pytest.mark.parametrize(
        ("due", "earliest", "deadline", "expected"),
        [
            ("2026-11-24T15:00", "2026-11-24T10:00", "2026-11-25T09:00", "2026-11-24T15:00"),
            ("2026-11-24T23:00", "2026-11-24T10:00", None, "2026-11-25T08:00"),
            ("2026-11-24T23:00", "2026-11-24T10:00", "2026-11-25T09:00", "2026-11-25T08:00"),
            ("2026-11-24T23:00", "2026-11-24T10:00", "2026-11-25T08:00", "2026-11-24T21:59"),
            ("2026-11-25T02:00", "2026-11-24T10:00", "2026-11-25T06:00", "2026-11-24T21:59"),
            ("2026-11-24T23:00", "2026-11-24T22:30", "2026-11-25T07:00", "2026-11-24T23:00"),
            ("2026-11-24T23:00", "2026-11-24T21:59:30", "2026-11-25T07:00", "2026-11-24T21:59:30"),
        ],
        ids=[
            "awake",
            "later",
            "later in time",
            "the end is the deadline",
            "earlier",
            "no way out",
            "seconds to spare",
        ],
    )
    def test_moves(self, due: str, earliest: str, deadline: str | None, expected: str) -> None:
        limit = deadline and local(deadline, NEW_YORK)
        moved = shift_out_of_quiet(
            local(due, NEW_YORK),
            deadline=limit or None,
            earliest=local(earliest, NEW_YORK),
            quiet=NIGHT,
            zone=NEW_YORK,
        )
        assert moved == local(expected, NEW_YORK)

    @example(
        due=utc("2026-11-01T05:20"),
        lead=timedelta(days=2),
        left=None,
        quiet=QuietHours(time(1, 30), time(1, 15)),
        zone=NEW_YORK,
    )  # that night nothing is left of the quarter of an hour without quiet
    @given(
        due=MOMENTS,
        lead=st.integers(0, 3000).map(lambda minutes: minutes * MINUTE),
        left=st.none() | st.integers(0, 3000).map(lambda minutes: minutes * MINUTE),
        quiet=QUIETS,
        zone=st.sampled_from(ZONES),
    )
    def test_finds_a_moment_that_is_not_quiet_whenever_there_is_one(
        self, due: datetime, lead: timedelta, left: timedelta | None, quiet: QuietHours, zone: ZoneInfo
    ) -> None:
        earliest, deadline = due - lead, None if left is None else due + left

        def shift(moment: datetime) -> datetime:
            return shift_out_of_quiet(moment, deadline=deadline, earliest=earliest, quiet=quiet, zone=zone)

        moved = shift(due)
        assert moved >= earliest
        assert deadline is None or moved <= deadline
        assert shift(moved) == moved
        if in_quiet(moved, quiet, zone):
            assert moved == due
            assert deadline is not None
            end = quiet_end_after(due, quiet, zone)
            assert in_quiet(earliest, quiet, zone)
            assert quiet_end_after(earliest, quiet, zone) == end >= deadline


class TestMorningsAndEvenings:
    @pytest.mark.parametrize(
        ("after", "zone", "expected"),
        [
            ("2026-11-24T08:59", NEW_YORK, "2026-11-24T09:00"),
            ("2026-11-24T09:00", NEW_YORK, "2026-11-25T09:00"),
            ("2026-11-24T23:00", KOLKATA, "2026-11-25T09:00"),
            ("2026-03-07T20:00", NEW_YORK, "2026-03-08T09:00"),
            ("2026-10-31T20:00", NEW_YORK, "2026-11-01T09:00"),
            pytest.param("2011-12-29T23:59", APIA, "2011-12-31T09:00", id="Samoa had no December 30 that year"),
        ],
    )
    def test_next_morning(self, after: str, zone: ZoneInfo, expected: str) -> None:
        assert next_morning(local(after, zone), zone) == local(expected, zone)

    @given(after=MOMENTS, zone=st.sampled_from(ZONES), at=CLOCKS)
    def test_the_next_morning_is_soon_and_shows_the_time(self, after: datetime, zone: ZoneInfo, at: time) -> None:
        morning = next_morning(after, zone, at)
        assert after < morning <= after + 26 * HOUR
        if morning.astimezone(zone).time() != at:  # only a skipped one: the minute before lies across the gap
            earlier = morning - MINUTE
            assert earlier.astimezone(zone).utcoffset() != morning.astimezone(zone).utcoffset()

    @pytest.mark.parametrize(
        ("moment", "zone", "day", "clock"),
        [
            ("2026-03-03T15:20", NEW_YORK, "Tue, Mar 3", "3:20 PM"),
            ("2026-03-13T00:05", KOLKATA, "Fri, Mar 13", "12:05 AM"),
            ("2026-11-29T12:00", BERLIN, "Sun, Nov 29", "12:00 PM"),
            ("2026-11-29T11:59", BERLIN, "Sun, Nov 29", "11:59 AM"),
        ],
    )
    def test_a_moment_is_told_by_the_clock_and_the_calendar_of_its_reader(
        self, moment: str, zone: ZoneInfo, day: str, clock: str
    ) -> None:
        assert day_words(local(moment, zone), zone) == day
        assert moment_words(local(moment, zone), zone) == f"{day}, {clock}"

    @pytest.mark.parametrize(
        ("moment", "zone", "expected"),
        [
            ("2026-11-24T15:00", NEW_YORK, "2026-11-23T18:00"),
            ("2026-11-24T00:10", NEW_YORK, "2026-11-23T18:00"),
            ("2026-11-24T23:50", KOLKATA, "2026-11-23T18:00"),
            ("2026-03-08T15:00", NEW_YORK, "2026-03-07T18:00"),
        ],
    )
    def test_day_before(self, moment: str, zone: ZoneInfo, expected: str) -> None:
        assert day_before_at(local(moment, zone), zone) == local(expected, zone)

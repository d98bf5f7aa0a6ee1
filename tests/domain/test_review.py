"""What the coach notices about a request, and what it must not mistake for it."""

import re
import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.requests.letter import LINKEDIN_NOTE, Draft
from bot.domain.requests.review import (
    MORE_WORDS,
    TOO_MANY_WORDS,
    WORDS,
    Facts,
    RequestFinding,
    RequestFindingCode,
    Weight,
    review,
)
from bot.domain.requests.stated_times import add_zone
from bot.domain.requests.status import RequestRoute
from bot.domain.text.input import one_line
from bot.domain.text.wording import word_count
from bot.domain.times.zones import search_zones, zone_in_words

GOOD = """Dear Dr. Núñez,

Professor Lind of Biology 204 suggested that I write to you. I am a junior who spent last summer counting urchins, \
and your 2024 survey of the Flower Garden Banks made me want to understand how a field season is planned.

Would you have 20 minutes for a call on Tue 10 March 2–4 pm or Thu 12 March 9–11 am (Mountain Time), or whenever \
suits you? I will check back next Friday.

Thank you,
Maya Torres"""


def findings(body: str, facts: Facts | None = None, subject: str = "") -> dict[RequestFindingCode, RequestFinding]:
    return {finding.code: finding for finding in review(Draft(subject, body), facts or Facts())}


def noticed(code: RequestFindingCode, text: str) -> str | None:
    """What the coach quotes for `code` in a text, None if it does not notice any."""
    finding = findings(text).get(code)
    return None if finding is None else finding.detail


def test_a_good_letter_is_left_alone() -> None:
    facts = Facts(RequestRoute.EMAIL, "Ana Núñez", "Prof. Lind", "her survey", ("Tom Okafor", "Professor Lind"))
    assert review(Draft("Pomona junior, a question about reef surveys", GOOD), facts) == ()


ASKS_FOR_WORK = """
    Do you have any internship openings this summer?
    Do you have any openings on your team?
    Are there any positions available?
    Is there an internship in your lab?
    Are you hiring?
    Are you currently hiring?
    I saw that your company is hiring.
    If you are hiring, I am ready to start.
    I am looking for a job in marine biology.
    I'm looking for an internship.
    I am looking for a summer research internship.
    I am looking for work in your field.
    I am asking for a job.
    I am seeking a full-time position.
    A junior seeking internship opportunities writes to you.
    I need a job after I graduate.
    I would like an internship at the aquarium.
    I'd like to apply for the position.
    I am applying for the job on your website.
    I'm applying for an internship.
    Please consider me for your summer internship.
    I am interested in the internship you posted.
    I am interested in any entry-level role.
    I am writing about the internship you posted.
    I am writing about an internship for the summer.
    Do you know of any job openings?
    Please let me know about open positions.
    Would you hire me?
    Could you offer me a job?
    Could you help me find an internship?
    Do you have a job for me?
    I would like to learn whether your company has a place for me.
    I would love to work for you.
    I would love to work at your company.
    I hope to join your team.
    Could I intern with your lab?
    Could you refer me to HR?
    Could you put me in touch with your recruiter?
    Would you connect me with human resources?
    Could you refer me for a position?
    Could you put in a good word?
    My resume is attached.
    I have attached my resume.
    Resume attached.
    Please find attached my CV.
    May I send you my résumé?
    Please pass on my resume.
    Is your company hiring?
    Please let me know if a position opens up.
    I plan to apply to your company.
    I want to come work at your lab.
    I am sending you my résumé with this note.
    I am not shy: are you hiring?
    I am not asking for a job, but do you know of any openings?
"""
ASKS_FOR_NOTHING = """
    What do you like about your job?
    I would like to know what the job is like.
    Your position as curator made me curious.
    I want to hear how you got your job.
    How did you find a job in film?
    I saw you at an opening night.
    The opening of the museum was wonderful.
    The opening chapter of your book stayed with me.
    I loved your gallery openings.
    I am not asking for a job.
    I'm not looking for a job or an internship.
    I do not want you to think that I am looking for a job.
    I am writing to learn rather than to ask for a job.
    I am not applying for a position.
    I have not attached a resume.
    I hope to work in this field one day; today I want to understand it.
    A job may be my goal one day, and information is what I hope for now.
    Although a job is my ultimate goal, information is my immediate concern.
    I had an internship at the aquarium last summer.
    During my internship I counted urchins.
    I have a job at the library.
    Did you have an internship in college?
    How did your first internship lead to your job?
    Which job titles should I know?
    I would like to understand the job market.
    I am looking for advice on my job search.
    I am looking for a role model in this field.
    I would like to hear about a typical day in your role.
    I am interested in your job.
    I am interested in the job you do.
    I want to understand what it is like to work at your lab.
    What do you look for when you are hiring?
    How does the hiring process work?
    What do you look for in a resume?
    Which skills matter most in a position like yours?
    Would I want a job like yours?
    Professor Lind referred me to you.
    My aunt recommended me to you.
    Who else could you introduce me to?
    I am in a position to travel.
    You moved from a job in law to film.
    What would surprise me about this job?
    I am trying to learn whether it is the right job for me.
    I would love to hear how you work with you and your team's data.
    I am preparing an application for graduate school.
    I read your position paper on reefs.
    When you were looking for a job, what helped most?
    Do you have any openings in your calendar next week?
    Would Tuesday at 3 work for you?
    What time would work for you?
    I resume classes in March.
    I think you have a job that many dream of.
    Thank you for considering it.
    What career opportunities do people overlook?
"""


def lines(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


@pytest.mark.parametrize("text", lines(ASKS_FOR_WORK))
def test_hears_an_ask_for_work(text: str) -> None:
    quoted = noticed(RequestFindingCode.ASKS_FOR_WORK, f"Dear Ana,\n\n{text}\n\nThank you")
    assert quoted
    assert quoted in text


@pytest.mark.parametrize("text", lines(ASKS_FOR_NOTHING))
def test_hears_no_ask_for_work(text: str) -> None:
    assert noticed(RequestFindingCode.ASKS_FOR_WORK, f"Dear Ana,\n\n{text}\n\nThank you") is None


def test_an_ask_may_break_over_a_line() -> None:
    assert noticed(RequestFindingCode.ASKS_FOR_WORK, "I am looking\n for a   job") == "looking for a job"


@pytest.mark.parametrize(
    ("code", "text", "quoted"),
    [
        (RequestFindingCode.BLANKS_LEFT, "Dear [name],", "[name]"),
        (RequestFindingCode.BLANKS_LEFT, "your work at {company}", "{company}"),
        (RequestFindingCode.BLANKS_LEFT, "your TODO", "TODO"),
        (RequestFindingCode.BLANKS_LEFT, "your XX survey", "XX"),
        (RequestFindingCode.BLANKS_LEFT, "your XXL survey, todo el mundo", None),
        (RequestFindingCode.NO_ZONE, "Tue 2-4 pm", "Tue 2-4 pm"),
        (RequestFindingCode.NO_ZONE, "Tue 2–4 p.m.", "Tue 2–4 p.m."),
        (RequestFindingCode.NO_ZONE, "2:30 to 4pm", "2:30 to 4pm"),
        (RequestFindingCode.NO_ZONE, "at 14:00", "14:00"),
        (RequestFindingCode.NO_ZONE, "Tuesday at 3, or later", "at 3"),
        (RequestFindingCode.NO_ZONE, "after 3 on any day", "after 3"),
        (RequestFindingCode.NO_ZONE, "Tuesdays 2-4 or so", "Tuesdays 2-4"),
        (RequestFindingCode.NO_ZONE, "3 o'clock", "3 o'clock"),
        (RequestFindingCode.NO_ZONE, "around noon", "noon"),
        (RequestFindingCode.NO_ZONE, "10am, thank you for your time", "10am"),
        (RequestFindingCode.NO_ZONE, "Tue 2-4 pm (Mountain Time)", None),
        (RequestFindingCode.NO_ZONE, "Tue 2-4 pm (Port Moresby time)", None),
        (RequestFindingCode.NO_ZONE, "Tue 2-4 pm MT", None),
        (RequestFindingCode.NO_ZONE, "Tue 2-4 pm eastern", None),
        (RequestFindingCode.NO_ZONE, "Tue 2-4 pm eastern time", None),
        (RequestFindingCode.NO_ZONE, "14:00 UTC+1", None),
        (RequestFindingCode.NO_ZONE, "14:00+01:00", None),
        (RequestFindingCode.NO_ZONE, "3 pm your time", None),
        (RequestFindingCode.NO_ZONE, "3 pm Denver time", None),
        (RequestFindingCode.NO_ZONE, "3 pm, America/Denver", None),
        (RequestFindingCode.NO_ZONE, "at 3 schools in Biology 204, Tue 2-4 March, this afternoon", None),
        (RequestFindingCode.NO_LENGTH, "20 minutes", None),
        (RequestFindingCode.NO_LENGTH, "a 20-minute call", None),
        (RequestFindingCode.NO_LENGTH, "15 to 20 min", None),
        (RequestFindingCode.NO_LENGTH, "fifteen minutes", None),
        (RequestFindingCode.NO_LENGTH, "half an hour", None),
        (RequestFindingCode.NO_LENGTH, "a half-hour", None),
        (RequestFindingCode.NO_LENGTH, "a few minutes of your time", ""),
        (RequestFindingCode.NO_LENGTH, "in 20 minor ways", ""),
        (RequestFindingCode.NO_QUESTION, "Would you?", None),
        (RequestFindingCode.NO_QUESTION, "I would like to talk.", ""),
        (RequestFindingCode.NO_TIE, "We met in May.", None),
        (RequestFindingCode.NO_TIE, "I found you in the alumni directory", None),
        (RequestFindingCode.NO_TIE, "My roommate mentioned you", None),
        (RequestFindingCode.NO_TIE, "I am a junior.", ""),
        (RequestFindingCode.TO_WHOM, "To whom it may concern,", "To whom it may concern"),
        (RequestFindingCode.TO_WHOM, "Dear Sir or Madam,", "Dear Sir"),
        (RequestFindingCode.TO_WHOM, "Dear Sirius Black,", None),
        (RequestFindingCode.PICK_YOUR_BRAIN, "May I pick your brain?", "pick your brain"),
        (RequestFindingCode.VAGUE_SELF, "I am a student. I love tides.", "I am a student"),
        (RequestFindingCode.VAGUE_SELF, "I’m a college student, and I love tides.", "I’m a college student"),
        (RequestFindingCode.VAGUE_SELF, "I am a student at Pomona.", None),
        (RequestFindingCode.VAGUE_SELF, "I am a student of film.", None),
        (RequestFindingCode.NO_THANKS, "Many thanks", None),
        (RequestFindingCode.NO_THANKS, "Best", ""),
        (RequestFindingCode.NO_FOLLOW_UP, "I'll write again on Friday", None),
        (RequestFindingCode.NO_FOLLOW_UP, "I will follow up", None),
        (RequestFindingCode.NO_FOLLOW_UP, "Let me know", ""),
        (RequestFindingCode.NOTHING_SPECIFIC, "I admire your work and your career.", ""),
        (RequestFindingCode.NOTHING_SPECIFIC, "Thank you for your time. I like your company.", ""),
        (RequestFindingCode.NOTHING_SPECIFIC, "I admire your work on reefs.", None),
        (RequestFindingCode.NOTHING_SPECIFIC, "your 2024 survey", None),
        (RequestFindingCode.NOTHING_SPECIFIC, "since you moved to film", None),
        (RequestFindingCode.MORE_I_THAN_YOU, "I did, I do, I will. My me, mine: I. Thank you.", ""),
        (RequestFindingCode.MORE_I_THAN_YOU, "I did, I do, I will. My me. You, your, yours.", None),
    ],
)
def test_what_is_noticed_and_quoted(code: RequestFindingCode, text: str, quoted: str | None) -> None:
    assert noticed(code, text) == quoted


@pytest.mark.parametrize(
    ("why", "said", "quoted"),
    [
        ("Her survey of the reefs", "I write because of her survey of the reefs.", "Her survey of the"),
        ("because she counts urchins", "I am writing to you because she counts urchins.", "she counts urchins"),
        ("their work", "What drew me to you is their work.", "their work"),
        ("Her survey of the reefs", "I write because of your survey of the reefs.", None),
        ("your talk with her", "I am writing to you because of your talk with her.", None),
        ("Heron counts", "What drew me to you: Heron counts.", None),
        ("", "I like her work.", None),
    ],
)
def test_a_reason_is_said_to_them(why: str, said: str, quoted: str | None) -> None:
    finding = findings(said, Facts(why=why)).get(RequestFindingCode.ABOUT_THEM)
    assert (finding and finding.detail) == quoted


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        (WORDS, None),
        (WORDS + 1, RequestFinding(RequestFindingCode.TOO_LONG, Weight.WARN, "101")),
        (TOO_MANY_WORDS, RequestFinding(RequestFindingCode.TOO_LONG, Weight.WARN, "125")),
        (TOO_MANY_WORDS + 1, RequestFinding(RequestFindingCode.MUCH_TOO_LONG, Weight.STRONG, "126")),
    ],
)
def test_length(words: int, finding: RequestFinding | None) -> None:
    long_codes = {RequestFindingCode.TOO_LONG, RequestFindingCode.MUCH_TOO_LONG}
    for route in RequestRoute:
        more = MORE_WORDS.get(route, 0)
        found = [one for one in findings("reef " * (words + more), Facts(route)).values() if one.code in long_codes]
        assert [(one.code, one.weight, int(one.detail) - more) for one in found] == (
            [(finding.code, finding.weight, words)] if finding else []
        )


def test_a_connection_note_has_200_characters() -> None:
    at_limit, above = "x" * LINKEDIN_NOTE, "x" * (LINKEDIN_NOTE + 1)
    linkedin = Facts(RequestRoute.LINKEDIN)
    assert RequestFindingCode.NOTE_TOO_LONG not in findings(GOOD, linkedin, at_limit)
    assert findings(GOOD, linkedin, above)[RequestFindingCode.NOTE_TOO_LONG].detail == "201"
    assert RequestFindingCode.NOTE_TOO_LONG not in findings(GOOD, Facts(RequestRoute.EMAIL), above)


ANA = Facts(contact_name="Ana Núñez", tie="Dana Lind told me", other_names=("Tom Okafor", "Dana Lind", "Ana Li"))


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("Dear Tom,", "Tom Okafor"),
        ("hi mr. okafor!", "Tom Okafor"),
        ("Dear Ana,\n\nas I told TOM  Okafor", "Tom Okafor"),
        ("Dear Ana,\n\nTom and I met", None),
        ("Dear Ana,\n\nDana Lind told me about you", None),
        ("Dear Ana Núñez,", None),
        ("Dear Atomic Okaforian", None),
    ],
)
def test_the_name_of_another_contact(body: str, quoted: str | None) -> None:
    finding = findings(body, ANA).get(RequestFindingCode.OTHER_NAME)
    assert (finding.detail if finding else None) == quoted


def test_words_from_the_form_count_as_tie_and_detail() -> None:
    facts = Facts(tie="same rowing crew", why="tidal energy pilots in Maine")
    absent = {RequestFindingCode.NO_TIE, RequestFindingCode.NOTHING_SPECIFIC}
    assert absent.isdisjoint(findings("Same rowing crew in 2nd grade! Tidal energy in Maine is my dream.", facts))
    assert absent <= findings("I am a junior.", facts).keys()
    assert absent.isdisjoint(findings("The crew and the reef.", Facts(tie="our crew", why="the reef")))
    assert absent <= findings("The sea and me.", Facts(tie="the sea", why="sea")).keys()


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Tue 2-4 pm or Thu 9 am, or whenever", "Tue 2-4 pm or Thu 9 am (Berlin time), or whenever"),
        ("at 14:00 UTC", "at 14:00 UTC"),
        ("any afternoon", "any afternoon"),
    ],
)
def test_a_missing_zone_goes_behind_the_last_time(text: str, mended: str) -> None:
    assert add_zone(text, "Berlin time") == mended
    assert noticed(RequestFindingCode.NO_ZONE, mended) is None


@pytest.mark.parametrize("name", search_zones("", 25) + search_zones("America", 25) + search_zones("Asia", 25))
@pytest.mark.parametrize("month", [1, 7])
def test_the_name_of_any_zone_is_heard(name: str, month: int) -> None:
    zone = zone_in_words(name, datetime(2026, month, 1, tzinfo=UTC))
    assert noticed(RequestFindingCode.NO_ZONE, f"Tue 2-4 pm ({zone})") is None


def test_a_resume_in_the_subject_is_noticed() -> None:
    assert findings(GOOD, subject="Resume attached")[RequestFindingCode.ASKS_FOR_WORK].detail == "Resume attached"


def test_the_weightiest_first_then_in_the_order_of_the_text() -> None:
    body = "To whom it may concern,\n\nI am looking for a job at {company}, Tue at 14:00. May I pick your brain"
    codes = [finding.code for finding in review(Draft("", body), Facts())]
    assert codes[:4] == [
        RequestFindingCode.ASKS_FOR_WORK,
        RequestFindingCode.BLANKS_LEFT,
        RequestFindingCode.TO_WHOM,
        RequestFindingCode.NO_ZONE,
    ]
    assert set(codes[4:7]) == {
        RequestFindingCode.NO_TIE,
        RequestFindingCode.NO_QUESTION,
        RequestFindingCode.NO_LENGTH,
    }
    assert codes[7] == RequestFindingCode.PICK_YOUR_BRAIN


def test_two_finds_of_one_weight_follow_the_text() -> None:
    asks, blank = "I am looking for a job", "[company]"
    assert [one.detail for one in review(Draft("", f"{asks} {blank}"), Facts())][:2] == ["looking for a job", blank]
    assert [one.detail for one in review(Draft("", f"{blank} {asks}"), Facts())][:2] == [blank, "looking for a job"]


PIECES = (
    "at 3",
    "2-",
    "any ",
    "for a ",
    "I ",
    "your ",
    "[",
    "{",
    "(",
    "to ",
    "refer ",
    "not ",
    "Dear ",
    "\n",
    "a-",
    "“",
    "12:",
)
SNIPPETS = [*lines(ASKS_FOR_WORK), *lines(ASKS_FOR_NOTHING), *PIECES]
bodies = st.text(max_size=4000) | st.lists(st.sampled_from(SNIPPETS), max_size=90).map("".join)
drafts = st.builds(Draft, st.text(max_size=300), bodies)
all_facts = st.builds(
    Facts, st.sampled_from(RequestRoute), st.text(max_size=80), st.text(max_size=500), st.text(max_size=500),
    st.lists(st.text(max_size=80), max_size=5).map(tuple),
)  # fmt: skip


@given(drafts, all_facts)
def test_any_text_can_be_reviewed(draft: Draft, facts: Facts) -> None:
    found = review(draft, facts)
    assert len({finding.code for finding in found}) == len(found)
    assert all(one.weight >= following.weight for one, following in pairwise(found))
    text = one_line(f"{draft.subject}\n{draft.body}")
    numbers = {RequestFindingCode.TOO_LONG, RequestFindingCode.MUCH_TOO_LONG, RequestFindingCode.NOTE_TOO_LONG}
    for finding in found:
        if finding.code in numbers:
            assert int(finding.detail) > 0
        elif finding.code != RequestFindingCode.OTHER_NAME:
            assert finding.detail in text


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_no_text_makes_the_coach_slow(snippet: str) -> None:
    """4,000 characters of any one thing. Patterns that backtrack take minutes; the limit allows a busy machine."""
    body = (snippet * 4000)[:4000]
    started = time.process_time()
    review(Draft("", body), ANA)
    assert time.process_time() - started < 1


@given(st.lists(st.from_regex(r"[a-zé’]{1,12}", fullmatch=True)))
def test_words_are_what_stands_between_spaces(words: list[str]) -> None:
    spoken = [word for word in words if re.search(r"\w", word)]
    assert word_count(" \n– ".join(words)) == len(spoken)

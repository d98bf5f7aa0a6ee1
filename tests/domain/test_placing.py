"""How what was typed goes into a letter: it completes the frame, stands as it is, or waits."""

import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import Source
from bot.domain.requests.frames import Misfit, Placed, TieFrame, tie_frame
from bot.domain.requests.placing import place_learn, place_tie, place_why, place_windows
from bot.domain.requests.who_i_am import place_about, place_who
from bot.domain.text.clauses import sentences
from bot.domain.text.to_the_reader import mended

TEXT = tomllib.loads((Path(__file__).parents[2] / "bot/handbook/text/requests.toml").read_text(encoding="utf-8"))
SPOKEN = {key: phrase["text"] for key, phrase in TEXT["phrases"].items()}
UNFINISHED, NOTHING, LIST = Misfit.UNFINISHED, Misfit.NOTHING, Misfit.LIST
ABOUT_THEM, QUESTION = Misfit.ABOUT_THEM, Misfit.QUESTION


def check(placed: Placed, expected: str | Misfit) -> None:
    if isinstance(expected, Misfit):
        assert (placed.misfit, placed.text) == (expected, "")
    else:
        assert (placed.text, placed.misfit) == (expected, None)


@pytest.mark.parametrize(
    ("source", "frame"),
    [
        (Source.KNOWN, TieFrame.KNOWN),
        (Source.ALUMNI, TieFrame.THROUGH),
        (Source.LINKEDIN, TieFrame.LOOKING),
        (Source.MEDIA, TieFrame.READ),
        (Source.REFERRAL, TieFrame.REFERRED),
        (Source.EVENT, TieFrame.MET),
        ("", TieFrame.LOOKING),
    ],
)
def test_the_form_begins_with_what_is_known(source: str, frame: TieFrame) -> None:
    assert tie_frame(source) is frame
    assert tie_frame(source, referred=True) is TieFrame.REFERRED


@pytest.mark.parametrize(
    ("frame", "typed", "expected"),
    [
        (
            TieFrame.REFERRED,
            "Professor Lind, who teaches my Biology 204,",
            "Professor Lind, who teaches my Biology 204, suggested that I write to you.",
        ),
        (TieFrame.REFERRED, "My cousin", "My cousin suggested that I write to you."),
        (TieFrame.REFERRED, "Prof. Lind suggested you", "Prof. Lind suggested you."),
        (TieFrame.REFERRED, "My aunt Rosa told me about you!", "My aunt Rosa told me about you!"),
        (TieFrame.REFERRED, "Dr. Smith said i should email you", "Dr. Smith said I should email you."),
        (TieFrame.REFERRED, "we both rowed for Pomona,", "We both rowed for Pomona."),
        (TieFrame.REFERRED, "prof lind", UNFINISHED),
        (TieFrame.REFERRED, "she knows my mom", ABOUT_THEM),
        (TieFrame.REFERRED, "My aunt works with her and said I should write", ABOUT_THEM),
        (TieFrame.REFERRED, "Prof. Lind told me she runs the lab", ABOUT_THEM),
        (TieFrame.REFERRED, "Prof. Lind said she knows you", "Prof. Lind said she knows you."),
        (TieFrame.REFERRED, "idk", NOTHING),
        (TieFrame.MET, "at the UIC career fair last Thursday", "We met at the UIC career fair last Thursday."),
        (TieFrame.MET, "last week", "We met last week."),
        (TieFrame.MET, "you gave a talk in my class", "You gave a talk in my class."),
        (TieFrame.MET, "career fair", UNFINISHED),
        (TieFrame.THROUGH, "our alumni network", "I found you through our alumni network."),
        (TieFrame.THROUGH, "through Pitzer's alumni network", "I found you through Pitzer's alumni network."),
        (TieFrame.THROUGH, "same school", UNFINISHED),
        (
            TieFrame.READ,
            "your talk on tide pools at the aquarium",
            "I came across your talk on tide pools at the aquarium.",
        ),
        (TieFrame.READ, "she was in the newspaper", ABOUT_THEM),
        (TieFrame.READ, "the newspaper", UNFINISHED),
        (
            TieFrame.KNOWN,
            "Rosa Diaz's daughter, from the clinic",
            "You may remember me: I am Rosa Diaz's daughter, from the clinic.",
        ),
        (TieFrame.KNOWN, "i babysat your kids", "I babysat your kids."),
        (TieFrame.KNOWN, "my neighbor", UNFINISHED),
        (
            TieFrame.LOOKING,
            "people who plan field seasons",
            "I came across your work while looking for people who plan field seasons.",
        ),
        (
            TieFrame.LOOKING,
            "looking for people in film",
            "I came across your work while looking for people in film.",
        ),
        (TieFrame.LOOKING, "through my aunt", "I found you through my aunt."),
        (TieFrame.LOOKING, "at the career fair", UNFINISHED),
        (TieFrame.LOOKING, "the career fair", UNFINISHED),
        (TieFrame.LOOKING, "a job", UNFINISHED),
        (TieFrame.LOOKING, "linkedin", UNFINISHED),
        (TieFrame.LOOKING, "do you know my aunt?", QUESTION),
    ],
)
def test_a_tie(frame: TieFrame, typed: str, expected: str | Misfit) -> None:
    check(place_tie(typed, frame, SPOKEN), expected)


BECAUSE = "I am writing to you because"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("you turned a thesis into a company", f"{BECAUSE} you turned a thesis into a company."),
        ("because you teach and dive.", f"{BECAUSE} you teach and dive."),
        (
            "your 2024 survey of the Flower Garden Banks",
            f"{BECAUSE} of your 2024 survey of the Flower Garden Banks.",
        ),
        ("because of your survey", f"{BECAUSE} of your survey."),
        ("your survey changed how i see reefs", f"{BECAUSE} your survey changed how I see reefs."),
        ("Your survey made me want to dive", "Your survey made me want to dive."),
        ("your survey published in 2024", f"{BECAUSE} of your survey published in 2024."),
        ("the film you made", f"{BECAUSE} of the film you made."),
        ("how you plan seasons", f"{BECAUSE} of how you plan seasons."),
        ("u worked at NOAA", f"{BECAUSE} you worked at NOAA."),
        ("because your so inspiring", f"{BECAUSE} you're so inspiring."),
        ("im first gen like you", "I'm first gen like you."),
        ("I read your paper.  It made me dive", "I read your paper. It made me dive."),
        ("she does reef stuff", ABOUT_THEM),
        ("her survey", ABOUT_THEM),
        ("the story you told about your first shift", f"{BECAUSE} of the story you told about your first shift."),
        ("because you said that failing helped you", f"{BECAUSE} you said that failing helped you."),
        ("your from my hometown", "You're from my hometown."),
        ("your short film won at Sundance", UNFINISHED),
        ("your company started in a garage", UNFINISHED),
        ("I very like your project", UNFINISHED),
        ("NOAA", UNFINISHED),
        ("cool job", UNFINISHED),
        ("a good salary", UNFINISHED),
        ("the pay", UNFINISHED),
        ("Ana runs the lab", ABOUT_THEM),
        ("passionate about marine biology", UNFINISHED),
        ("do you like it?", QUESTION),
        ("- reefs\n- diving", LIST),
        ("n/a", NOTHING),
        ("your talk was so good lol", Misfit.CHAT),
        ("YOU ARE THE BEST DIVER", Misfit.CHAT),
        ("you wrote [title of the paper]", UNFINISHED),
        ("braces {name} and {0}", UNFINISHED),
    ],
)
def test_why_this_person(typed: str, expected: str | Misfit) -> None:
    check(place_why(typed, SPOKEN, "Ana Núñez"), expected)


LEARN = "I would like to learn"
ASK = "There is one thing I would most like to ask."


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("how a field season is planned", f"{LEARN} how a field season is planned."),
        ("What a typical day is like.", f"{LEARN} what a typical day is like."),
        ("what its like to be a nurse", f"{LEARN} what it's like to be a nurse."),
        ("about grant writing", f"{LEARN} about grant writing."),
        ("More about your field", f"{LEARN} more about your field."),
        ("Reef surveys", f"{LEARN} about Reef surveys."),
        ("your journey", f"{LEARN} about your journey."),
        ("to understand reefs", "I would like to understand reefs."),
        ("I want to know how a day looks", "I want to know how a day looks."),
        ("how do you plan a season", f"{ASK} How do you plan a season?"),
        ("What classes should i take", f"{ASK} What classes should I take?"),
        ("Was it worth it?", Misfit.VAGUE_QUESTION),
        ("how did she get into diving?", ABOUT_THEM),
        ("What does Ana like about her work?", ABOUT_THEM),
        ("become a diver", UNFINISHED),
        ("how Ana got the job", ABOUT_THEM),
        ("how students find their way", f"{LEARN} how students find their way."),
        ("the job, salary, hours", UNFINISHED),
        ("everything", NOTHING),
    ],
)
def test_what_is_to_be_learned(typed: str, expected: str | Misfit) -> None:
    check(place_learn(typed, SPOKEN, "Ana Núñez"), expected)


@pytest.mark.parametrize(
    ("typed", "asked", "kept"),
    [
        ("do you need a phd? is it hard to get in? pay?", "Do you need a PhD?", ("Is it hard to get in?", "Pay?")),
        ("how did she start? How did you get into film?", "How did you get into film?", ("How did she start?",)),
        ("1. Was it worth it?\n2. How did you get into film", "How did you get into film?", ("Was it worth it?",)),
    ],
)
def test_of_several_questions_one_is_asked_and_the_others_are_kept(
    typed: str, asked: str, kept: tuple[str, ...]
) -> None:
    placed = place_learn(typed, SPOKEN)
    assert (placed.text, placed.kept) == (f"{ASK} {asked}", kept)


FREE = "I am free {}, or at another time."


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Tue 1 Dec 2–4 pm or Thu 3 Dec 9–11 am", FREE.format("Tue 1 Dec 2–4 pm or Thu 3 Dec 9–11 am")),
        ("Tue 2-4 pm ET;\nThu 9 am ET.", FREE.format("Tue 2-4 pm ET, Thu 9 am ET")),
        ("any weekday after 3", FREE.format("any weekday after 3")),
        ("Mornings", FREE.format("mornings")),
        ("MWF 10-12", FREE.format("MWF 10-12")),
        ("1/12 or 2/12 after 3", FREE.format("1/12 or 2/12 after 3")),
        ("I am free Mondays.", "I am free Mondays."),
        ("whenever", ""),
        ("Anytime works for me!", ""),
        ("when works for you?", QUESTION),
        ("idk", NOTHING),
        ("after work if my boss lets me go", UNFINISHED),
    ],
)
def test_times(typed: str, expected: str | Misfit) -> None:
    check(place_windows(typed, SPOKEN), expected)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("junior at Pomona, biology", "I am a junior at Pomona, studying biology."),
        ("Pomona, junior, biology", "I am a junior at Pomona, studying biology."),
        (
            "Sophomore, Pitzer College, studying psychology",
            "I am a sophomore at Pitzer College, studying psychology.",
        ),
        ("a senior at Pitzer", "I am a senior at Pitzer."),
        ("Pitzer College", "I am a student at Pitzer College."),
        ("PhD candidate, UIC", "I am a PhD candidate at UIC."),
        ("undergraduate at UIC", "I am an undergraduate at UIC."),
        ("biology major", "I am a biology major."),
        ("I study at Pomona.", "I study at Pomona."),
        ("umich", UNFINISHED),
        ("n/a", NOTHING),
    ],
)
def test_who_i_am(typed: str, expected: str | Misfit) -> None:
    check(place_who(typed, SPOKEN), expected)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("spent last summer counting urchins", "I spent last summer counting urchins."),
        ("Curious about tides", "I am Curious about tides."),
        ("I love tides!", "I love tides!"),
        ("i play soccer", "I play soccer."),
        ("diver and swimmer", UNFINISHED),
    ],
)
def test_one_line_about_me(typed: str, expected: str | Misfit) -> None:
    check(place_about(typed, SPOKEN), expected)


PLACES: list[Callable[[str], Placed]] = [
    *(
        partial(lambda frame, typed: place_tie(typed, frame, SPOKEN), frame)
        for frame in set(map(tie_frame, Source))
    ),
    *(
        partial(lambda place, typed: place(typed, SPOKEN), place)
        for place in (place_why, place_learn, place_windows)
    ),
]


@given(st.sampled_from(PLACES), st.text(max_size=200))
def test_nothing_that_was_typed_is_lost(place: Callable[[str], Placed], typed: str) -> None:
    placed = place(typed)
    if placed.misfit is None and placed.text:
        said = "".join(filter(str.isalnum, f"{placed.text} {' '.join(placed.kept)}".casefold()))
        for word in mended(typed).split():
            assert "".join(filter(str.isalnum, word.casefold())) in said or not word.strip("-*•–0123456789.)( ")


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("Prof. Lind knows you. So do I.", ["Prof. Lind knows you.", "So do I."]),
        ("Was it hard? Yes!", ["Was it hard?", "Yes!"]),
        ("at 3 p.m. or later", ["at 3 p.m. or later"]),
        ("", []),
    ],
)
def test_sentences_are_told_apart(line: str, pieces: list[str]) -> None:
    assert sentences(line) == pieces


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("i think im lost", "I think I'm lost"),
        ("i'm from the U.S. and u  know it", "I'm from the U.S. and you know it"),
        ("your so kind, your own way", "you're so kind, your own way"),
        ("the IM client, a u-turn, Wi-Fi i.e. radio", "the IM client, a u-turn, Wi-Fi i.e. radio"),
    ],
)
def test_only_slips_are_mended(typed: str, expected: str) -> None:
    assert mended(typed) == expected

"""Thank-you notes word for word, from answers as students type them, and what holds for any answers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evaluations.questions import GivenAnswer, Verdict
from bot.domain.text.to_the_reader import is_nothing, mended
from bot.domain.text.wording import words
from bot.domain.thank_yous.letter import NoteParts, compose, with_lines
from bot.domain.thank_yous.placing import NotePart
from bot.domain.thank_yous.review import NoteFindingCode as Code
from bot.domain.thank_yous.review import review
from bot.domain.thank_yous.shareable import SHOWN, chosen, not_yet_in, shareable
from bot.domain.thank_yous.verbs import deed_of_todo, read_verbs
from tests.support.note_wording import WORDING

THANKS = "Thank you for your time and for sharing your experience with me."
PROMISE = "I will be in touch and let you know how it goes."
LEARNED, DONE, NEXT = (WORDING.phrases[f"{part}_missing"] for part in NotePart)
VERBS = WORDING.verbs

LETTERS = {
    # Tidy answers, as the form asks for them.
    "tidy": (
        (
            "how a claim is settled, step by step",
            "read the adjuster's handbook",
            "write to you after my exam in May",
        ),
        (),
        f"{THANKS} What stays with me is how a claim is settled, step by step.",
        "Since we talked, I have read the adjuster's handbook. I will write to you after my exam in May.",
        {},
    ),
    "tidy with a to-do": (
        ("your story about the storm", "", "join the local chapter"),
        ("Write to the person she mentioned",),
        f"{THANKS} What stays with me is your story about the storm.",
        f"Since we talked, I have written to the person you mentioned. I will join the local chapter. {PROMISE}",
        {},
    ),
    "tidy with two to-dos": (
        ("that grants take half the year", "", ""),
        ("Read the reef report.", "Apply for membership in AFS"),
        f"{THANKS} What stays with me is that grants take half the year.",
        f"Since we talked, I have read the reef report and applied for membership in AFS. {PROMISE}",
        {},
    ),
    "only learned": (
        ("the way you plan a season around storms", "", ""),
        (),
        f"{THANKS} What stays with me is the way you plan a season around storms.",
        PROMISE,
        {},
    ),
    "capitals and full stops": (
        ("How storms decide a field season.", "Joined the local chapter.", "Take a dive course in May."),
        (),
        f"{THANKS} What stays with me is how storms decide a field season.",
        f"Since we talked, I have joined the local chapter. I will take a dive course in May. {PROMISE}",
        {},
    ),
    # Whole sentences.
    "sentences": (
        ("I loved your story about the reef.", "I emailed Priya on Monday.", "I will let you know what she says."),
        (),
        f"{THANKS} I loved your story about the reef.",
        f"I emailed Priya on Monday. {NEXT} {PROMISE}",
        {Code.ABOUT_THEM: "I will let you know what she says."},
    ),
    "sentences in small letters": (
        ("i loved hearing how u plan a reef survey", "i already joined the chapter", "i'll keep you posted"),
        (),
        f"{THANKS} I loved hearing how you plan a reef survey.",
        "I already joined the chapter. I'll keep you posted.",
        {},
    ),
    "thanks typed": (
        ("Thank you for explaining how claims are settled", "took your advice about the union", ""),
        (),
        "Thank you for explaining how claims are settled.",
        f"I took your advice about the union. {PROMISE}",
        {},
    ),
    "advice that helped": (
        (
            "your advice about plain layouts helped a lot",
            "rewrote my portfolio last night",
            "send it to the gallery",
        ),
        (),
        f"{THANKS} Your advice about plain layouts helped a lot.",
        f"I rewrote my portfolio last night. I will send it to the gallery. {PROMISE}",
        {},
    ),
    "two sentences": (
        ("You made the lab sound real. It made me want to dive.", "nothing yet", "plan to visit the aquarium"),
        (),
        f"{THANKS} You made the lab sound real. It made me want to dive.",
        f"I plan to visit the aquarium. {PROMISE}",
        {},
    ),
    # Fragments.
    "fragments": (
        ("grant writing", "a call to the union", "a dive course in May"),
        (),
        f"{THANKS} {LEARNED}",
        f"{DONE} {NEXT} {PROMISE}",
        {
            Code.LEARNED_UNPLACED: "grant writing",
            Code.DONE_UNPLACED: "a call to the union",
            Code.NEXT_UNPLACED: "a dive course in May",
        },
    ),
    "a clause without its beginning": (
        ("storms decide a field season", "email Priya", "emailing Sam"),
        (),
        f"{THANKS} {LEARNED}",
        f"{DONE} {NEXT} {PROMISE}",
        {
            Code.LEARNED_UNPLACED: "storms decide a field season",
            Code.DONE_UNPLACED: "email Priya",
            Code.NEXT_UNPLACED: "emailing Sam",
        },
    ),
    "an adjective": (
        ("very interesting", "", ""),
        (),
        f"{THANKS} {LEARNED}",
        PROMISE,
        {Code.LEARNED_UNPLACED: "very interesting"},
    ),
    "a private remark": (
        ("honestly kind of depressing, everyone looks burnt out", "", ""),
        (),
        f"{THANKS} {LEARNED}",
        PROMISE,
        {Code.LEARNED_UNPLACED: "honestly kind of depressing, everyone looks burnt out"},
    ),
    # Lists.
    "a list": (
        ("reef, pay, hours", "emailed Priya; joined AFS", ""),
        (),
        f"{THANKS} {LEARNED}",
        f"Since we talked, I have emailed Priya and joined AFS. {PROMISE}",
        {Code.LEARNED_UNPLACED: "reef, pay, hours"},
    ),
    "a list of lines": (
        ("- your reef story\n- how grants are written\n- the pay", "- read the report\n- wrote to Sam", ""),
        (),
        (
            f"{THANKS} What stays with me is your reef story. I will also remember how grants are written, "
            "and the pay."
        ),
        f"Since we talked, I have read the report. I wrote to Sam. {PROMISE}",
        {},
    ),
    "a thing and a remark": (
        ("your reef story. very cool.", "joined AFS. so fun", ""),
        (),
        f"{THANKS} {LEARNED}",
        f"{DONE} {PROMISE}",
        {Code.LEARNED_UNPLACED: "your reef story. very cool.", Code.DONE_UNPLACED: "joined AFS. so fun"},
    ),
    "a label of one's own": (
        ("Learned: reefs are dying", "", ""),
        (),
        f"{THANKS} {LEARNED}",
        PROMISE,
        {Code.ODD_MARKS: "Learned: reefs are dying"},
    ),
    # Questions, and what is no answer.
    "questions": (
        ("was it worth it?", "should I email Priya?", "do you need a phd"),
        (),
        f"{THANKS} {LEARNED}",
        f"{DONE} {NEXT} {PROMISE}",
        {Code.IS_QUESTION: "do you need a phd"},
    ),
    "idk": (
        ("idk", "n/a", "not sure"),
        (),
        f"{THANKS} {LEARNED}",
        PROMISE,
        {Code.SAYS_NOTHING: "idk"},
    ),
    "about them": (
        ("she was really nice", "read the book Ana likes", "write to the person he mentioned"),
        (),
        f"{THANKS} {LEARNED}",
        f"{DONE} {NEXT} {PROMISE}",
        {Code.ABOUT_THEM: "write to the person he mentioned"},
    ),
    "chat": (
        ("ur story was wild lol", "", ""),
        (),
        f"{THANKS} {LEARNED}",
        PROMISE,
        {Code.CHAT_WORDS: "ur story was wild lol"},
    ),
    # English as a second language.
    "second language, a sentence": (
        (
            "i am very happy that u explain me the grants",
            "i have wrote to Sam",
            "i want to find a course in summer",
        ),
        (),
        f"{THANKS} I am very happy that you explain me the grants.",
        f"I have wrote to Sam. I want to find a course in summer. {PROMISE}",
        {},
    ),
    "second language, fragments": (
        ("how is the work in a bank", "to read the report", "to ask my professor for a course"),
        (),
        f"{THANKS} {LEARNED}",
        f"{DONE} I will ask my professor for a course. {PROMISE}",
        {Code.IS_QUESTION: "how is the work in a bank", Code.DONE_UNPLACED: "to read the report"},
    ),
    # To-dos that have no sentence.
    "to-dos that cannot be told": (
        ("your story about the storm", "", ""),
        ("Wetsuit", "Send her the slides", "Read the report and write to Sam", "Apply by Friday"),
        f"{THANKS} What stays with me is your story about the storm.",
        PROMISE,
        {Code.TODO_LEFT_OUT: "Apply by Friday"},
    ),
    "a plan in the wrong field": (
        ("your story about the storm", "will email Priya", "keep you posted"),
        (),
        f"{THANKS} What stays with me is your story about the storm.",
        "I will email Priya. I will keep you posted.",
        {},
    ),
    "nothing at all": (
        ("", "", ""),
        (),
        THANKS,
        PROMISE,
        {Code.NOTHING_SPECIFIC: ""},
    ),
}


def parts_of(answers: tuple[str, str, str], ticked: tuple[str, ...] = ()) -> NoteParts:
    learned, done, following = answers
    return NoteParts("Ana Núñez", "Maya Torres", learned, done, ticked, following)


@pytest.mark.parametrize(("answers", "ticked", "first", "second", "found"), LETTERS.values(), ids=LETTERS)
def test_the_letter_word_for_word(
    answers: tuple[str, str, str], ticked: tuple[str, ...], first: str, second: str, found: dict[Code, str]
) -> None:
    parts = parts_of(answers, ticked)
    body = compose(parts, WORDING)
    assert body == f"Dear Ana Núñez,\n\n{first}\n\n{second}\n\nThank you again,\nMaya Torres"
    assert {finding.code: finding.detail for finding in review(body, parts, (), WORDING)} == found


def test_every_to_do_that_is_left_out_is_told() -> None:
    todos = ("Wetsuit", "Send her the slides", "Write to Sam", "Read the report and write to Sam")
    parts = parts_of(("your story about the storm", "", ""), todos)
    found = review(compose(parts, WORDING), parts, (), WORDING)
    assert [finding.detail for finding in found] == [todos[0], todos[1], todos[3]]
    assert all(finding.code is Code.TODO_LEFT_OUT for finding in found)


@pytest.mark.parametrize(
    ("todo", "told"),
    [
        ("Write to Sam", "written to Sam"),
        ("write to the person Ana mentioned", "written to the person you mentioned"),
        ("Look up the book that he recommended", "looked up the book that you recommended"),
        ("Go to the AFS meeting.", "been to the AFS meeting"),
        ("Joined the chapter", "joined the chapter"),
        ("Update my portfolio", "updated my portfolio"),
        ("Email Priya about the book she recommended", None),
        ("Ask Ana for the slides", None),
        ("Thank her", None),
        ("Call Tom (boring)", None),
        ("Read it before May", None),
        ("Call Sam on Monday", None),
        ("Have a call with Sam", "had a call with Sam"),
        ("Maybe apply to AFS", None),
        ("Read", None),
        ("Wetsuit", None),
        ("LinkedIn: Tom", None),
        ("read " + "x" * 120, None),
    ],
)
def test_a_to_do_is_told_as_a_deed_or_not_at_all(todo: str, told: str | None) -> None:
    assert deed_of_todo(todo, "Ana Núñez", VERBS) == told


@pytest.mark.parametrize(
    "line", ["write, wrote", "write wrote written", "a, b, c, d", ", ,", "wr1te, wrote, written"]
)
def test_a_verb_has_three_forms(line: str) -> None:
    with pytest.raises(ValueError, match="three words"):
        read_verbs([line])
    with pytest.raises(ValueError, match="twice"):
        read_verbs(["put, put, put", "put, put, put"])


SOME = st.lists(
    st.sampled_from(
        [
            "how",
            "why",
            "what",
            "that",
            "your",
            "the",
            "a",
            "i",
            "I",
            "you",
            "she",
            "her",
            "they",
            "reefs",
            "storm",
            "story",
            "grants",
            "plan",
            "planned",
            "joined",
            "wrote",
            "written",
            "read",
            "email",
            "will",
            "is",
            "was",
            "made",
            "and",
            "of",
            "about",
            "to",
            "for",
            "Ana",
            "Sam",
            "?",
            ".",
            ";",
            ":",
            "-",
            "lol",
            "idk",
            "n/a",
            "nothing",
            "[x]",
            "grand:",
            "yesterday\n",
        ]
    ),
    max_size=10,
).map(" ".join)
TODOS = st.lists(SOME, max_size=3).map(tuple)
LATIN = st.characters(max_codepoint=0x24F, exclude_categories=("Cs", "Cc"))
TEXTS = st.one_of(SOME, st.text(LATIN, max_size=80))


@given(TEXTS, TEXTS, TEXTS, TODOS)
def test_each_typed_word_is_in_the_letter_or_quoted_by_the_coach(
    learned: str, done: str, following: str, ticked: tuple[str, ...]
) -> None:
    parts = parts_of((learned, done, following), ticked)
    body = compose(parts, WORDING)
    quoted = " ".join(finding.detail for finding in review(body, parts, (), WORDING))
    # "Nothing yet" is an answer to what was done and what comes next: it is followed.
    answers = [learned, *(text for text in (done, following) if not is_nothing(text))]
    framed = {"will", "i", "ll", "to", "have", "re", "s"}  # "your so" is mended to "you're so"
    for answer in answers:
        unnumbered = re.sub(r"(?m)^\s*\d+[.)]\s+", "", answer)
        assert set(words(mended(unnumbered))) <= set(words(f"{body} {quoted}")) | framed


@given(TEXTS, TEXTS, TEXTS, TODOS)
def test_no_label_no_question_mark_and_nobody_in_the_third_person(
    learned: str, done: str, following: str, ticked: tuple[str, ...]
) -> None:
    body = compose(parts_of((learned, done, following), ticked), WORDING)
    assert re.search(r"\D:|:\D", body) is None
    assert not {"?", ";"}.intersection(body)
    assert {"she", "her"}.isdisjoint(words(body))


ANSWERS = st.dictionaries(
    st.integers(1, 11),
    st.builds(GivenAnswer, st.one_of(st.none(), st.sampled_from(Verdict)), st.one_of(SOME, st.text(max_size=300))),
)


@given(ANSWERS, st.lists(st.integers(0, 12)))
def test_no_answer_is_in_a_note_but_those_that_were_ticked_as_they_were_shown(
    answers: dict[int, GivenAnswer], ticked: list[int]
) -> None:
    offered = shareable(answers)
    assert all(
        len(one.words) <= SHOWN and one.words in " ".join(answers[one.number].text.split()) for one in offered
    )
    assert all(answers[one.number].verdict in {Verdict.YES, Verdict.PARTLY, Verdict.TEXT} for one in offered)
    shown = chosen(offered, ticked)
    assert set(shown) <= {one.words for one in offered if one.number in ticked}
    learned = with_lines("", *shown)
    assert not_yet_in(learned, [one for one in offered if one.number in ticked]) == ()
    nothing = compose(parts_of(("", "", "")), WORDING)
    assert compose(parts_of((with_lines("", *chosen(offered, [])), "", "")), WORDING) == nothing


def test_ideas_come_first_and_what_is_about_the_student_is_not_offered() -> None:
    said = {number: GivenAnswer(Verdict.YES, f"the answer {number}.") for number in range(1, 12)}
    assert [one.number for one in shareable(said)] == [5, 7, 9, 3, 4, 8, 1]


@pytest.mark.parametrize("verdict", [Verdict.NO, Verdict.UNSURE, Verdict.SKIPPED, None])
def test_bad_news_and_gaps_are_not_offered(verdict: Verdict | None) -> None:
    assert shareable({9: GivenAnswer(verdict, "too much travel")}) == ()

"""How what a student typed goes into a letter: it ends the sentence that the form began, stands as it is, or waits.

Each part of the form has a frame, the beginning of a sentence. Three outcomes, and no fourth: the words complete
the frame; they are a sentence to the reader already; or the letter keeps a blank in their place, and the coach
quotes them and says why. When in doubt, they wait. Nothing that was typed is dropped.
"""

import re
from collections.abc import Callable, Mapping

from bot.domain.requests.frames import Frame, Misfit, Placed, TieFrame
from bot.domain.requests.stated_times import begins_with_time, is_any_time
from bot.domain.text import grammar
from bot.domain.text.clauses import asks, sentences, tokens
from bot.domain.text.to_the_reader import ReaderMisfit, is_about, is_nothing, mended, misfit
from bot.domain.text.wording import blank_left, fill, fragment, sentence

_OMITTED = Placed()


def place_tie(typed: str, frame: TieFrame, phrases: Mapping[str, str]) -> Placed:
    """How are you connected? `frame` is what the form began with."""
    through = _THROUGH.match(typed.strip()) is not None
    known = TieFrame.THROUGH if through else frame
    return place(typed, phrases, lambda words: known if _COMPLETES[known](words) else None, drop=_IN_FRAME)


def place_why(typed: str, phrases: Mapping[str, str], reader: str = "") -> Placed:
    """Why this person? `reader`: the contact's name, by which nobody speaks to them in the middle of a letter."""
    return place(typed, phrases, _why_frame_of, drop=_BECAUSE, prefers=_YOU, reader=reader)


def place_learn(typed: str, phrases: Mapping[str, str], reader: str = "") -> Placed:
    """What do you want to learn? One question goes into the letter; the others are kept for the interview."""
    lines = [line for line in map(mended, typed.splitlines()) if line]
    asked = [piece for line in lines for piece in sentences(_unmarked(line))]
    if asked and all(map(_is_question, asked)):
        return _place_questions(asked, phrases, reader)
    return place(typed, phrases, _learn_frame_of, drop=_TO, reader=reader)


def place_windows(typed: str, phrases: Mapping[str, str]) -> Placed:
    """When could you meet? One window a line, or all in one. An open answer ("anytime") needs no sentence."""
    if is_any_time(typed):
        return _OMITTED
    line = ", ".join(filter(None, (fragment(_unmarked(line)) for line in typed.splitlines())))
    return place(line, phrases, _windows_frame_of)


def place(
    typed: str,
    phrases: Mapping[str, str],
    frame_of: Callable[[str], Frame | TieFrame | None],
    *,
    drop: re.Pattern[str] | None = None,
    prefers: re.Pattern[str] | None = None,
    reader: str = "",
) -> Placed:
    """`drop`: what may stand before the words and is in the frame already. `prefers`: begins what goes into it."""
    if not typed.strip():
        return _OMITTED
    line = mended(typed)
    if (why := _misfit(typed, line)) is not None:
        return Placed(misfit=why)
    if _is_about_reader(line, reader):
        return Placed(misfit=Misfit.ABOUT_THEM)
    if _stands(line) and not (prefers and prefers.match(line) and len(sentences(line)) == 1):
        return Placed(" ".join(map(sentence, sentences(line))))
    words = fragment(drop.sub("", line) if drop else line)
    frame = frame_of(words) if len(sentences(line)) == 1 else None
    if frame is None:
        return Placed(misfit=Misfit.UNFINISHED)
    words = continued(words)
    # "Professor Lind, who teaches my class," needs its second comma.
    inside = f"{words}," if frame is TieFrame.REFERRED and "," in words else words
    return Placed(sentence(fill(phrases[frame], text=inside)), frame=frame, words=words)


def _misfit(typed: str, line: str) -> Misfit | None:
    if is_nothing(typed):
        return Misfit.NOTHING
    if _is_list(typed):
        return Misfit.LIST
    if _is_question(line):
        return Misfit.QUESTION
    if misfit(line) is ReaderMisfit.CHAT:
        return Misfit.CHAT
    return Misfit.UNFINISHED if blank_left(line) else None


def _is_question(text: str) -> bool:
    return text.rstrip(" \"'”’)").endswith("?") or asks(text)


def _stands(line: str) -> bool:
    """Whether all of it is sentences to the reader."""
    return all(_is_to_reader(piece) for piece in sentences(line))


def _is_to_reader(piece: str) -> bool:
    if _is_question(piece):
        return False
    if grammar.has_own_subject(piece) or _SENDS.match(piece):
        return True
    return piece[:1].isupper() and _YOUR.match(piece) is not None and grammar.has_verb_of_its_own(piece)


_SENDS = re.compile(
    r"(?:(?:my|our|your|a|an|one of|both) )?(?=[^\W\d_])"
    r"(?:(?!\b(?:you|i|we|that|which|because|when|if)\b)[^?!]){1,80}?\b"
    r"(?:suggested|recommended|mentioned|told|referred|sent|gave|introduced|pointed|said|passed|thought|put|"
    r"speaks?|spoke|talked|talks|connected|encouraged|advised|urged|asked|"
    r"brought|led|knows|works|worked|studied|took|teaches|taught|showed|shared|named)\b"
    r"(?=[^?!]*\b(?:you|your|me|us|we|I)\b)",
    re.IGNORECASE,
)
"""Somebody did something that leads to the reader: "Professor Lind suggested you", "My aunt told me about you"."""
_YOUR = re.compile(r"your\b", re.IGNORECASE)
_YOU = re.compile(r"you\b(?!['’])", re.IGNORECASE)
_UNDERSTAND = "understand|know|hear|find out|see|get to know"
_TO = re.compile(rf"^to (?=(?:{_UNDERSTAND})\b)", re.IGNORECASE)
_BECAUSE = re.compile(r"^(?:because|since|cause|cuz|bc|'cause)(?: of)?\b[,:]? ?", re.IGNORECASE)


_SOMEBODY_ELSE = re.compile(
    r"(?!.*\b(?:her|him|his|them|their)\b)(?=.*\b(?:she|he|they)\b)(?=.*\byour?\b)", re.IGNORECASE
)


def _is_about_reader(line: str, reader: str) -> bool:
    """Whether it may speak of the reader. "She" who does something about "you" is somebody else, named before."""
    return is_about(line, reader) and not (_SENDS.match(line) and _SOMEBODY_ELSE.match(line))


_THROUGH = re.compile(r"(?:through|via) ", re.IGNORECASE)
_IN_FRAME = re.compile(r"^(?:through|via|(?:while )?looking for) ", re.IGNORECASE)


def _is_thing(words: str) -> bool:
    return (grammar.begins_with_determiner(words) or grammar.begins_with_name(words)) and not (
        grammar.has_verb_of_its_own(words)
    )


def _is_person(words: str) -> bool:
    """A person, perhaps with who that is: "Professor Lind, who teaches my Biology 204"."""
    name = re.split(r",| who | whom ", words, maxsplit=1)[0]
    return _is_thing(name) and not re.search(r"\d", name) and len(tokens(name)) <= _LONGEST_NAME


_LONGEST_NAME = 8
_OCCASION = re.compile(
    r"(?:briefly )?(?:at|in|on|during|when|after|before|last|while|this|yesterday|through|once|years ago|"
    r"(?:a|an|one|two|three|four|five|six|\d+) (?:days?|weeks?|months?|years?) ago)\b",
    re.IGNORECASE,
)
_READ = re.compile(r"your\b|(?:the|an?|about)\b(?=.*\byour?\b)", re.IGNORECASE)
_MINE = re.compile(r"(?:my|our|one|both|this|that|these|those)\b", re.IGNORECASE)
_PEOPLE = re.compile(r"(?:people|somebody|someone|those|alumn\w+|women|men|others)\b", re.IGNORECASE)

_COMPLETES: Mapping[TieFrame, Callable[[str], bool]] = {
    TieFrame.REFERRED: _is_person,
    TieFrame.MET: lambda words: _OCCASION.match(words) is not None,
    TieFrame.THROUGH: _is_thing,
    TieFrame.READ: lambda words: _READ.match(words) is not None and not grammar.has_verb_of_its_own(words),
    TieFrame.KNOWN: lambda words: _is_thing(words) and _MINE.match(words) is None,
    TieFrame.LOOKING: lambda words: _PEOPLE.match(words) is not None,
}


def _why_frame_of(words: str) -> Frame | None:
    if not re.match(r"(?:your|you|the|an?|how you|what you|my|it|we)\b", words, re.IGNORECASE):
        return None
    if grammar.has_own_subject(words) or grammar.has_verb_of_its_own(words):
        return Frame.WHY
    thing = re.match(r"(?:your|how you|what you)\b|(?:the|an?)\b(?=.*\byour?\b)", words, re.IGNORECASE)
    return Frame.WHY_THING if thing and len(tokens(words)) > 1 and not grammar.may_tell(words) else None


def _learn_frame_of(words: str) -> Frame | None:
    if re.match(r"(?:more )?about\b(?! (?:how|what|why|who|when|where|which|whether|if)\b)", words, re.IGNORECASE):
        return Frame.LEARN
    if re.match(r"(?:how|what|why|which|where|when|who|whether|if|more)\b", words, re.IGNORECASE):
        return Frame.LEARN if len(tokens(words)) > 1 else None
    if wish := re.match(rf"(?:{_UNDERSTAND})\b", words, re.IGNORECASE):
        return Frame.LEARN_TO if len(words) > wish.end() else None
    if re.match(r"to ", words, re.IGNORECASE):
        return None
    few = len(tokens(words)) <= _SHORT
    return Frame.LEARN_ABOUT if few and not grammar.may_have_verb(words) and "," not in words else None


_SHORT = 6


def _windows_frame_of(words: str) -> Frame | None:
    return Frame.WINDOWS if begins_with_time(words) and not _TELLS.search(words) else None


_TELLS = re.compile(r"\b(?:i|my|we|have|has|is|are|if|because|you)\b", re.IGNORECASE)
"""Words of a sentence, which times alone have not."""


def _place_questions(asked: list[str], phrases: Mapping[str, str], reader: str) -> Placed:
    """The first that says something by itself, and asks the reader, goes into the letter."""
    to_them = [one for one in asked if not is_about(one, reader)]
    telling = next((one for one in to_them if _says_what(one)), None)
    kept = tuple(_asked(one) for one in asked if one is not telling)
    if telling is None:
        return Placed(misfit=Misfit.VAGUE_QUESTION if to_them else Misfit.ABOUT_THEM, kept=kept)
    text = fill(phrases[Frame.LEARN_QUESTION], text=_asked(telling))
    return Placed(text, frame=Frame.LEARN_QUESTION, words=_asked(telling), kept=kept)


def _says_what(question: str) -> bool:
    found = tokens(question)
    return len(found) >= _TELLING and not (_POINTS & set(found) and len(found) < 2 * _TELLING)


_TELLING = 4
_POINTS_WORDS = """
    it this that they them those these
"""
_POINTS = frozenset(_POINTS_WORDS.split())


def _asked(question: str) -> str:
    return f"{sentence(question).rstrip('.!?… ')}?"


def continued(words: str) -> str:
    """As words go on behind a frame: without the capital of a first word that has it for that alone."""
    first = words.split(maxsplit=1)[0]
    return words[:1].lower() + words[1:] if first.casefold() in _LOWERED else words


_LOWERED_WORDS = """
    your you the a an my our how what why which where when who whether if about more because at in on during
    after before last while this through via any every both one from to understand know hear find see it we
    people somebody someone those most mornings afternoons evenings weekdays weekends between
"""
_LOWERED = frozenset(_LOWERED_WORDS.split())


def _is_list(typed: str) -> bool:
    """Whether it is written as several things: lines with marks, numbers or slashes."""
    lines = [line for line in typed.splitlines() if line.strip()]
    return sum(_MARK.match(line) is not None for line in lines) > 1 or len(lines) > _FEW_LINES


_FEW_LINES = 2
_MARK = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s*(?=\S)")


def _unmarked(line: str) -> str:
    return _MARK.sub("", line)

"""How the lines of the profile, the school and the student in one line, become "I am …" in a letter."""

import re
from collections.abc import Mapping

from bot.domain.requests.frames import Frame, Placed
from bot.domain.requests.placing import place
from bot.domain.text import grammar
from bot.domain.text.clauses import tokens
from bot.domain.text.to_the_reader import mended
from bot.domain.text.wording import fragment

_BEFORE = r"(?:rising|incoming|graduating|current|college|university|first[- ]generation|transfer|international) "
_STANDINGS = (
    rf"(?:{_BEFORE})*(?:freshman|sophomore|junior|senior|"
    r"(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th)[- ]year(?: student)?|"
    r"undergrad(?:uate)?(?: student)?|grad(?:uate)? student|master['’]?s (?:student|candidate)|"
    r"(?:ph\.?d\.?|doctoral) (?:student|candidate)|mba(?: student| candidate)?|postdoc|"
    r"(?:law|medical|nursing|exchange) student|student|alumn(?:us|a|ni)|alum|career changer)"
)
_STANDING = re.compile(rf"{_STANDINGS}\b", re.IGNORECASE)
_MAJOR = re.compile(r"(?:\w+ ){1,3}(?:double )?major(?: at (?:[A-Z]\w*[ -]?){1,5})?")
_SCHOOL = re.compile(r"(?:(?:the|of|at|in|and|for|&)\s|[A-Z][\w.'’&-]*\s?){1,9}")
_FIELD = re.compile(r"(?:[\w'’&/+-]+ ?){1,5}")
_BEING = re.compile(
    r"(?:very |really |deeply )?(?:interested in|curious about|passionate about|excited (?:about|by|to)|"
    r"fascinated by|keen (?:on|to)|drawn to|majoring in|minoring in|studying|working (?:as|at|on|in|with|for)|"
    r"learning|training|hoping to|trying to|new to)\b",
    re.IGNORECASE,
)
_DOING_WORDS = """
    love like enjoy want hope study work play spent worked studied grew volunteered teach taught write wrote run
    ran coach build built sing sang swim swam dance draw paint lead led tutor tutored cook care read speak plan
    intend moved joined started helped organized founded interned counted measured coded designed researched
"""
_DOING = frozenset(_DOING_WORDS.split())


def place_who(typed: str, phrases: Mapping[str, str]) -> Placed:
    """School, year and field, in whatever order: "junior at Pomona, biology", "Pitzer College"."""
    return place(_arranged(typed), phrases, _who_frame_of)


def place_about(typed: str, phrases: Mapping[str, str]) -> Placed:
    """One line that goes on behind "I": "spent last summer counting urchins", "curious about tides"."""
    return place(typed, phrases, _about_frame_of)


def _arranged(typed: str) -> str:
    """With the standing first and the field last, when it is sure which is which; else as typed."""
    line = fragment(mended(typed))
    if grammar.has_own_subject(line):
        return typed
    if _MAJOR.fullmatch(line):
        return _with_article(_bare(line))
    pieces = [piece.strip() for piece in re.split(r"[,;|·]", line) if piece.strip()]
    standing = [piece for piece in pieces if _STANDING.match(_bare(piece))]
    rest = [piece for piece in pieces if piece not in standing]
    if len(standing) != 1 or len(rest) > _MOST:
        return typed
    schools = [piece for piece in rest if _SCHOOL.fullmatch(piece)]
    fields = [piece for piece in rest if piece not in schools]
    said = _with_article(_bare(standing[0]))
    if schools and len(schools) == 1 and _STANDING.fullmatch(_bare(standing[0])):
        said = f"{said} at {schools[0]}"
    elif schools:
        fields = rest
    return (
        said
        if not fields
        else f"{said}, {_field(fields[0])}"
        if len(fields) == 1 and _is_field(fields[0])
        else typed
    )


_MOST = 2


def _bare(piece: str) -> str:
    return re.sub(r"^(?:an?|the) ", "", piece, flags=re.IGNORECASE)


def _with_article(words: str) -> str:
    small = words if words[:3].isupper() or words[:2].lower() == "ph" else words[0].lower() + words[1:]
    return f"{'an' if small[0].lower() in 'aeiou' and not small.lower().startswith('univ') else 'a'} {small}"


def _is_field(words: str) -> bool:
    return _FIELD.fullmatch(words) is not None and not re.search(r"\d", words)


def _field(words: str) -> str:
    if re.match(r"(?:studying|majoring|minoring|in|with|class)\b", words, re.IGNORECASE):
        return words[0].lower() + words[1:]
    major = re.sub(r"\s*(?:majors?|degree|student)$", "", words, flags=re.IGNORECASE)
    return f"studying {major}"


def _who_frame_of(words: str) -> Frame | None:
    if re.match(r"an? ", words, re.IGNORECASE) and (_STANDING.match(_bare(words)) or _MAJOR.fullmatch(words)):
        return Frame.WHO
    return Frame.WHO_SCHOOL if _SCHOOL.fullmatch(words) and len(words) > len("UIC") - 1 else None


def _about_frame_of(words: str) -> Frame | None:
    if _BEING.match(words):
        return Frame.ABOUT_BEING
    return Frame.ABOUT if tokens(words)[0] in _DOING and len(tokens(words)) > 1 else None

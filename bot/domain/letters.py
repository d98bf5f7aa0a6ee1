"""What can be told from the words of any letter: whether it says thanks, asks for work or brings a resume."""

import re
from collections.abc import Iterable

_THANKS = re.compile(r"\bthank|\bgrateful|\bappreciat|\bgratitude", re.IGNORECASE)


def says_thanks(text: str) -> bool:
    """Whether there is a word of thanks."""
    return _THANKS.search(text) is not None


def found(pattern: re.Pattern[str], text: str) -> str | None:
    """The words that fit the pattern, as they stand."""
    match = pattern.search(text)
    return match[0] if match else None


def asks_for_work(text: str) -> str | None:
    """The words that ask for a job, an internship or a way in, or None.

    Handout, Making the Appointment: one may give the impression of looking for a job, not information. To speak
    of a job is not to ask for one ("how you got your job"), and neither is to say that one does not ask.
    """
    return _said(_ASKS, text)


def brings_resume(text: str) -> str | None:
    """The words with which a resume comes along, or None. "I resume classes" has none."""
    return _said(_RESUMES, text)


def _said(patterns: Iterable[re.Pattern[str]], text: str) -> str | None:
    """The first words that fit and that their clause does not take back."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            clause = _CLAUSE_END.split(text[max(0, match.start() - _LOOK_BACK) : match.start()])[-1]
            if not _EXCUSES.search(clause):
                return " ".join(match[0].split())
    return None


_LOOK_BACK = 120
"""Characters of the clause before the words that are read with them."""
_CLAUSE_END = re.compile(r"[.,;:!?\n—–()]|\b(?:and|but|though|however|so)\b", re.IGNORECASE)
_EXCUSES = re.compile(
    r"\b(?:not|never|no|without|nor|neither|rather than|instead of)\b|n['’]t\b"
    r"|\bdid\b|\b(?:when|while|after|before|how|as) you\b(?! (?:have|hear|see|know))|\byou (?:were|had)\b",
    re.IGNORECASE,
)
"""Earlier in the same clause: a denial, or the other person's own story."""

# Every repetition below has a bound, so that reading takes time in proportion to the text.
_UNLESS = (
    "your|their|his|her|our|advice|information|insights?|ideas?|out|know|what|how|that|on|about|in|of|with|to|for|"
    "from|at|by|and|or|but|is|was|it|this|you"
)
_WORD = rf"(?!(?:{_UNLESS})\b)[\w'’/-]{{1,30}}\s+"
"""A word that may stand before the noun, as in "a paid summer internship"; others lead on to something else."""
_SCHEDULE = r"(?:your|my|the) (?:calendar|schedule|diary|agenda|day|week)|mon|tue|wed|thu|fri|sat|sun"
_OF_SOMETHING_ELSE = (
    r"(?!\s+(?:night|of|act|chapter|scene|weekend|remarks|lines?|keynote|ceremony|descriptions?|market|titles?"
    r"|shadow\w*|search\w*|fairs?|paths?|talks?|sites?|boards?|satisfaction|itself|entails|is|was|papers?|next"
    rf"|(?:in|on|for) (?:{_SCHEDULE})))"
)
_NOUN = r"(?:jobs?|internships?|positions?|openings?|vacanc(?:y|ies)|employment|traineeships?)\b"
_JOB = _NOUN + _OF_SOMETHING_ELSE
_A_JOB = rf"(?:{_WORD}){{0,4}}{_JOB}"
_A_ROLE = rf"(?:{_WORD}){{0,4}}(?:roles?\b|{_JOB})"
_RESUME = r"(?:r[eé]sum[eé]|cv|curriculum vitae|cover letter)\b"
_YOUR_PLACE = (
    r"your (?:company|companies|teams?|labs?|firm|organization|office|group|department|agency|studio|hospital)\b"
)
_HIRERS = r"(?:hr|human resources|hiring|recruit\w*|talent acquisition)\b"
_UP_TO = r"[^.?!\n]{0,30}?"
_MY = r"\b(?:my|a|the) (?:\w{1,20} )?"
_DO_YOU = r"\b(?:do|would|might|could|will|if|whether|when) you"
_TO_WORK = r"(?:come )?(?:work|intern) (?:for|with|under|at|in)"


def _any_of(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_ASKS = _any_of(
    # I am looking for one
    rf"\b(?:look|search|hop|hope|ask|hunt|apply)(?:ing)? for\s+{_A_ROLE}",
    r"\b(?:look|search)(?:ing)? for work\b",
    r"\bjob[- ]hunting\b",
    r"\bmy (?:job |internship )application\b",
    rf"\b(?:I|me)\b{_UP_TO}\b(?:need|want|get|find|land|secure|seek|seeking|obtain|pursuing)\s+{_A_JOB}",
    rf"\b(?:interested in|available for)\s+{_A_JOB}",
    rf"\bapply(?:ing)? (?:to|at|with) {_YOUR_PLACE}",
    # is there one?
    rf"\bany\s+(?:{_WORD}){{0,2}}{_JOB}",
    rf"{_DO_YOU} (?:(?:currently|also|still|ever) )?(?:have|offer|know of|hear of|hear about)\s+{_A_JOB}",
    rf"\b(?:is|are|be|if|whether|might)\s+there\s+(?:be\s+)?{_A_JOB}",
    r"\b(?:an? (?:job|internship|position)|positions?|openings?|vacanc(?:y|ies)) (?:opens?|comes?|becomes?)\b",
    r"\b(?:job|work|internship|employment) (?:openings?|offers?|opportunit(?:y|ies)|referrals?|leads?)\b",
    rf"\b(?:open|available|current|vacant)\s+(?:{_WORD})?(?:roles?\b|{_JOB})",
    r"\bare (?:you )?hiring\b",
    rf"\b(?:you|they|{_YOUR_PLACE})(?:['’]re| is| are)?(?: \w{{1,20}})? hiring\b",
    r"\bhiring (?:right now|now|soon|this|for)\b",
    r"\bhir(?:e|ing) me\b",
    r"\btak(?:e|ing) (?:on )?(?:any )?interns\b",
    # may I?
    rf"\b(?:could|can|may|might|let) (?:I|me) (?:also )?{_TO_WORK} your?\b",
    rf"\b(?:like|love|want|hope|happy|glad|eager|excited|chance|opportunity) to {_TO_WORK} you\b",
    rf"\bto {_TO_WORK} {_YOUR_PLACE}",
    r"\bto intern (?:for|with|under|at)\b",
    # would you help me to one?
    rf"\b(?:help|get|find|give|offer|land) me (?:{_WORD}){{0,3}}(?:interviews?\b|{_JOB})",
    rf"\bconsider(?:ed)? (?:me|my|for)\b{_UP_TO}(?:roles?|applications?|candidates?)\b",
    rf"\bconsider(?:ed)? (?:me|my|for)\b{_UP_TO}(?:{_RESUME}|{_JOB})",
    rf"\b(?:refer|introduce|connect|forward|send|pass|put)\w{{0,4}} (?:me|my \w{{1,20}}) {_UP_TO}{_HIRERS}",
    rf"\breferral to (?:{_WORD}){{0,2}}{_HIRERS}",
    r"\brefer me for\b",
    r"\bput in a (?:good )?word\b",
    r"\bfoot in the door\b",
)
_RESUMES = _any_of(
    rf"\b(?:attach|enclos|includ|send|forward|shar|pass)\w{{0,4}}\b{_UP_TO}{_MY}{_RESUME}",
    rf"\b(?:here is|find|see) (?:attached )?{_MY}{_RESUME}",
    rf"\b{_RESUME}{_UP_TO}\b(?:attached|enclosed|included)\b",
    rf"\b(?:attached|enclosed)\b{_UP_TO}{_RESUME}",
)

"""Hears a letter ask for work. Handout, Making the Appointment: to seem to look for a job may be the hardest issue.

Every rule is a phrase, never a word: "your job", "my internship last summer" and "what is your position" ask for
nothing. A rule that would have to guess stays silent.
"""

import re

_WORK = r"(?:(?:job|internship|position|opening|role|apprenticeship|co-op)s?|vacanc(?:y|ies)|employment)\b"
_DIARY = r"(?:calendar|schedule|week|day)\b"
_OTHERWISE = (
    r"(?! (?:description|title|shadow\w*|market|model|search|hunt\w*|fair|paper|statement|advice|satisfaction|night"
    rf"|day|scene|chapter|act|line|remarks|ceremony|of|like yours|(?:in|on) your {_DIARY}"
    r"|(?:that )?you (?:do|did|have|had|hold|held))\b)"
)
"""What follows the same words when nobody asks for work: "role model", "opening night", "the job you do"."""
_GLUE = r"(?:on|in|about|of|for|to|from|with|at|how|what|who|whose|that|which|your|my|advice)\b"
_ADJECTIVES = rf"(?:(?!{_GLUE})[\w/-]{{1,20}} ){{0,2}}"
_JOB = rf"{_ADJECTIVES}{_WORK}{_OTHERWISE}"
_A_JOB = rf"(?:(?:an?|any|some|the|this|that|your (?:summer|open|current|next)) )?{_JOB}"
_OPENINGS = r"(?:openings|vacanc(?:y|ies)|internships?|co-ops?|apprenticeships?)\b"
_SOME_OPENINGS = rf"(?:an? |the |some )?{_ADJECTIVES}{_OPENINGS}"
_TO_FILL = (
    rf"(?:$|[,.;?!]|available\b|this\b|next\b|(?:in|at|on|with) your\b(?! {_DIARY})"
    r"|for (?:me|students|juniors|seniors|undergraduates|the summer|this|next)\b)"
)
_PLACE = r"(?:company|team|firm|lab|organi[sz]ation|office|group|department|studio|agency|museum|school|hospital)\b"
_YOURS = rf"(?:you\b(?! (?:do|did|have|had)\b)|your (?:[\w-]{{1,20}} )?{_PLACE})"
_HIRING = r"(?:currently |now |still )?hiring\b"
_WISH = r"\b(?:would|I|['’]d|hoping|eager|excited) (?:really |also )?(?:(?:like|love|want|hope|wish|be happy) )?to"
_HR = r"(?:(?-i:HR)|human resources|recruit(?:ers?|ing|ment)|hiring (?:manager|team|department))\b"
_HAND_ON = "refer|connect|introduce|recommend|forward|pass|put|referral|speak|talk"
_ENCLOSE = (
    "attach(?:ed|ing)?|enclos(?:e|ed|ing)|includ(?:ed|ing)|forward(?:ed|ing)?|submit(?:ted)?|pass on"
    "|sen[dt]|sending|see"
)
_RESUME = r"(?:r[eé]sum[eé]s?|CVs?|curriculum vitae)\b"

_WANTS_WORK = (
    rf"\b(?:look(?:ing)?|ask(?:ing)?|search(?:ing)?|hop(?:e|ing)|aim(?:ing)?) for {_A_JOB}",
    rf"\b(?:seeking|interested in) {_A_JOB}",
    r"\b(?:looking|searching) for (?:full-time |part-time |paid |summer )?work\b(?! (?:on|by|of)\b)",
    rf"\bI(?:['’]m| am|['’]d| would)? (?:really |also )?(?:need|want|like|after) (?:an?|any|the|this) {_JOB}",
)
_APPLIES = (
    rf"\bI(?:['’]\w{{1,3}})? (?:[\w'’]{{1,12}} ){{0,4}}apply(?:ing)? (?:for|to) {_A_JOB}",
    rf"\bapplication for {_A_JOB}|\bapply(?:ing)? (?:to|at|with) your (?:[\w-]{{1,20}} )?{_PLACE}",
    rf"\bconsider(?:ed|ing)? for {_A_JOB}|\bconsider me for\b",
    rf"\b{_WORK} (?:(?:that|which) )?(?:you|your [\w-]{{1,20}}) (?:have |has )?(?:posted|listed|advertised?)\b",
)
_ASKS_WHAT_IS_OPEN = (
    rf"\bany {_ADJECTIVES}(?:jobs?|positions?|roles?|{_OPENINGS}){_OTHERWISE}",
    r"\bopen (?:positions?|roles?)\b",
    r"\b(?:positions?|jobs?|roles?|internships?) (?:(?:that )?(?:is|are) )?(?:available|open)\b",
    r"\b(?:job|internship|employment) (?:openings?|opportunit(?:y|ies)|vacanc(?:y|ies)|postings?|placements?)\b",
    rf"\b(?:have|know of|hear of|aware of|about|regarding) {_SOME_OPENINGS}(?= ?{_TO_FILL})",
    rf"\b(?:is|are) there {_SOME_OPENINGS}|\bthere (?:is|are|will be) {_SOME_OPENINGS}",
    r"\b(?:have|has|there) (?:[\w-]{1,20} ){0,3}(?:job|position|role|place|spot|work|something) for me\b",
    rf"\bare (?:you|they) (?:[\w-]{{1,20}} ){{0,2}}hiring\b|\b(?<!when )(?:you|they|we)(?: are|['’]re) {_HIRING}",
    rf"\b{_PLACE} (?:(?:is|are) )?{_HIRING}",
    r"\b(?:an? (?:job|internship|position)|something) (?:opens? up|comes? up|becomes available)\b",
)
_ASKS_TO_BE_TAKEN = (
    r"\b(?:hire|employ|recruit) me\b",
    rf"{_WISH} (?:come )?(?:(?:work|intern) (?:for|at|with|in)|join) {_YOURS}",
    rf"\b(?:can|could|may|might) I (?:[\w-]{{1,20}} )?(?:work|intern) (?:for|at|with|in) {_YOURS}",
    rf"\b(?:offer|give|get|find) me {_A_JOB}",
    rf"\bhelp me (?:[\w-]{{1,20}} )?(?:find|get|land|secure) {_A_JOB}",
)
_ASKS_TO_BE_PASSED_ON = (
    rf"\b(?:{_HAND_ON})\b[^.?!]{{0,40}}\b(?:to|with) (?:your |the |an? |someone in |somebody in )?{_HR}",
    rf"\brefer(?:ral)? (?:me )?(?:to|for) {_A_JOB}",
    rf"\brecommend me for {_A_JOB}",
    r"\bput in a (?:good )?word\b",
)
_BRINGS_A_RESUME = (
    rf"\b(?:{_ENCLOSE}) (?:[\w'’]{{1,12}} ){{0,3}}{_RESUME}",
    rf"\b{_RESUME} (?:[\w'’]{{1,12}} ){{0,2}}(?:attached|enclosed|below)\b",
)
_ASKS = (
    *_WANTS_WORK,
    *_APPLIES,
    *_ASKS_WHAT_IS_OPEN,
    *_ASKS_TO_BE_TAKEN,
    *_ASKS_TO_BE_PASSED_ON,
    *_BRINGS_A_RESUME,
)
_ASK = re.compile("|".join(_ASKS), re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|never|neither|nor|without|instead of|rather than|than|no longer)|n['’]t(?! you\b)) "
    r"(?:[\w'’-]+ ){0,8}$",
    re.IGNORECASE,
)
_THEIR_STORY = re.compile(r"\byou (?:were|had been) (?:[\w-]+ ){0,2}$", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never)\b|n['’]t\b", re.IGNORECASE)
_BEFORE = 80
"""Characters in front of an ask in which a "not" may stand."""


def first_ask(line: str) -> re.Match[str] | None:
    """The first words that ask for work in a text with single spaces; no denial, and not what the reader did."""
    return next((match for match in _ASK.finditer(line) if not _denied(line, match)), None)


def _denied(line: str, ask: re.Match[str]) -> bool:
    before = line[max(0, ask.start() - _BEFORE) : ask.start()]
    return any((_NOT.search(ask[0]), _DENIED.search(before), _THEIR_STORY.search(before)))

"""Whether typed words have a subject and a verb of their own, or are the name of a person or thing.

Where these rules are not sure they say no: then the words stay out of the letter, and the student is asked.
"""

import re

from bot.domain.text.clauses import tokens

_PAST = """
    asked became began brought built came caught changed convinced drew drove encouraged fascinated felt found gave
    got had heard helped impressed inspired kept knew led left liked loved made met moved opened played put raised
    ran read referred reminded said sat saw sent shared showed sounded spoke stayed stood stuck struck studied
    suggested swam taught talked thought told took touched turned used was went were woke won worked wrote connected
    introduced mentioned passed pointed recommended reached volunteered watched followed joined grew attended spent
    started stopped tried learned learnt listened noticed received graduated
"""
_PRESENT = """
    am are brings can could covers deals deserves does explains feels fits gives goes has have helps interests is
    keeps knows leads lets lives looks loves makes matters may means might must needs reminds says seems should
    shows sits sounds speaks stands studies takes teaches tells thinks touches turns wants will works would writes
"""
FINITE = frozenset(_PAST.split()) | frozenset(_PRESENT.split())
"""Verbs that, behind a subject, make a sentence. Those that are as often a plural ("plans") are not here."""
_FIRST_PERSON_VERBS = """
    admire attend build care come cook dance design do draw enjoy feel find follow go grow help hope intern keep
    know lead learn like live look love major make need play plan read run see sing speak study swim teach think
    train try use volunteer want watch wish wonder work write
"""
_AFTER_I = FINITE | frozenset(_FIRST_PERSON_VERBS.split())
_ADVERBS_WORDS = """
    also always already both currently even first have just never now often once only really still
"""
_ADVERBS = frozenset(_ADVERBS_WORDS.split())
_SUBJECTS_WORDS = """
    i i'm i've i'd i'll we we're we've we'd we'll you you're you've you'd it it's there this
"""
_SUBJECTS = frozenset(_SUBJECTS_WORDS.split())
_CONTRACTED = re.compile(r".*['’](?:m|re|ve|d|ll|s)", re.IGNORECASE)
_NEW_CLAUSE_WORDS = """
    because how i if it she he they that we what when where which while who whom whose why you
"""
_NEW_CLAUSE = frozenset(_NEW_CLAUSE_WORDS.split())
_DETERMINERS_WORDS = """
    a an the my our your one both this that these those some every each another
"""
_DETERMINERS = frozenset(_DETERMINERS_WORDS.split())
_PARTICIPLE_BEFORE_WORDS = """
    about at by for from in into of on to under with
"""
_PARTICIPLE_BEFORE = frozenset(_PARTICIPLE_BEFORE_WORDS.split())


def has_own_subject(text: str) -> bool:
    """Whether it begins like a sentence, with I, we or you and what that one does: "I read …", "We met …"."""
    first, *rest = tokens(text) or [""]
    if first not in _SUBJECTS or not rest:
        return False
    if _CONTRACTED.fullmatch(first):
        return True
    verb = next((word for word in rest if word not in _ADVERBS), "")
    if first in _PEOPLE:
        # Whatever stands behind "I" is what I do, but for a few small words.
        return verb.isalpha() and verb not in _NO_VERBS
    return verb in _AFTER_I or _is_past(verb) or _CONTRACTED.fullmatch(verb) is not None


_PEOPLE = frozenset({"i", "we", "you"})
_NO_VERB_WORDS = """
    a all an and as at both but by everyone folks for from guys if in is it my of on or our people so students that
    the them they this to too two very who with your
"""
_NO_VERBS = frozenset(_NO_VERB_WORDS.split())


def has_verb_of_its_own(text: str) -> bool:
    """Whether a verb follows the first words, before any clause inside: "your talk made me". In "the film you made"
    none does, nor in "your survey published in May"."""
    found = tokens(text)
    for place, word in enumerate(found[1:], 1):
        if word in _NEW_CLAUSE:
            return False
        following = found[place + 1] if place + 1 < len(found) else ""
        if word in FINITE and not (_is_past(word) and following in _PARTICIPLE_BEFORE):
            return True
        if _is_past(word) and following in _OBJECTS:
            return True
    return False


def may_tell(text: str) -> bool:
    """Whether a past form before any clause inside may be what happened: "your company started in a garage"."""
    found = tokens(text)
    end = next((place for place, word in enumerate(found[1:], 1) if word in _NEW_CLAUSE), len(found))
    return any(_is_past(word) and word not in _DESCRIBE for word in found[1:end])


_DESCRIBE = frozenset({"published", "written", "called", "named", "titled", "based", "held", "recorded"})
"""Past forms that, behind a thing, describe it: "your survey published in May"."""


_OBJECTS_WORDS = """
    me my how what that the a an us it
"""
_OBJECTS = frozenset(_OBJECTS_WORDS.split())


def may_have_verb(text: str) -> bool:
    """Whether any word could be a verb, so that the words may be more than the name of a thing."""
    found = tokens(text)
    opens = bool(found) and found[0] in _ORDERS
    return opens or any(word in _AFTER_I - _NOUNS_TOO or _CONTRACTED.fullmatch(word) for word in found)


_ORDER_WORDS = """
    apply ask be become break build choose decide do earn enter find get go have join leave make meet move pick
    prepare start stay switch talk try work
"""
_ORDERS = frozenset(_ORDER_WORDS.split())
"""As a first word, a verb."""


_NOUNS_TOO_WORDS = """
    care design do draw find grow help hope intern interests keep lead like look love major means need plan play
    read run studies study swim train try use volunteer watch wish wonder work works write may left can will
"""
_NOUNS_TOO = frozenset(_NOUNS_TOO_WORDS.split())


def begins_with_determiner(text: str) -> bool:
    """Whether it begins as a thing or a person does: "the alumni page", "my aunt"."""
    return (tokens(text) or [""])[0] in _DETERMINERS


def begins_with_name(text: str) -> bool:
    """Whether it begins with a capital that is not the first of a sentence: "Professor Lind", "Sam"."""
    return re.match(r"[^\W\d_a-z]\w*", text) is not None and tokens(text)[0] not in _SUBJECTS | _NEW_CLAUSE


def _is_past(word: str) -> bool:
    return (word.endswith("ed") and len(word) > _SHORT) or word in _PAST_FORMS


_SHORT = len("seed")
_PAST_FORMS = frozenset(_PAST.split())

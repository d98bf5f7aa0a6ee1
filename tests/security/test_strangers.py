"""A second student presses, chooses, sends and types at everything of the first, and gets nowhere."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.full_journey import MARK, name
from tests.support.raw_interactions import Wire, as_owner, operators_log, sensible
from tests.support.two_students import NOBODYS, Two, both, nothing_told, of_nobodys, own_words, seen_by

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.again]
REFUSAL = "That is not here any more, or it is not yours. Nothing was changed."
WITH_CONTACT = {
    "contact show": {},
    "contact edit": {},
    "contact delete": {},
    "contact note": {"text": "hello"},
    "request draft": {},
    "request sent": {},
    "request answer": {"outcome": "accepted"},
    "interview schedule": {"when": "tomorrow 3pm"},
    "interview prep": {},
    "interview move": {"when": "tomorrow 3pm"},
    "interview cancel": {},
    "interview happened": {},
    "evaluate": {},
    "thanks draft": {},
    "thanks sent": {},
    "todo add": {"text": "hello"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    """One world for all the tests here: none of them may leave a trace on what is hers."""
    async with both(tmp_path_factory.mktemp("strangers")) as two:
        yield two


@pytest.fixture
def two(running: Two, caplog: pytest.LogCaptureFixture) -> Two:
    running.look()
    caplog.clear()
    return running


async def test_what_is_hers_is_not_found(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    forms = await two.forms()
    for student, things in ((two.server, two.things), (two.dm, two.some)):
        wire = Wire(student)
        made = [wire.pressing(seen_by(student, one, one.custom_id)) for one in things]
        made += [wire.submitting(form, sensible(form, offered=False)) for form, _ in forms]
        answers = await wire.send(*made)
        nothing_told(answers, private=student is two.server)
        assert {answer.text.splitlines()[1] for answer in answers} == {REFUSAL}
        two.nothing_changed()
    assert "WARNING" not in operators_log(caplog)
    assert "ERROR" not in operators_log(caplog)


async def test_her_rows_under_his_name_are_as_if_they_were_not_there(
    two: Two, caplog: pytest.LogCaptureFixture
) -> None:
    """Every card of hers, on each of which he puts his own name."""
    his = own_words(two.dm)
    for student, things in ((two.server, two.things), (two.dm, two.some)):
        wire, hers, nobodys = Wire(student), [], []
        for one in things:
            if (gone := of_nobodys(one, his)) is not None:
                hers.append(wire.pressing(seen_by(student, one, as_owner(one.custom_id, his))))
                nobodys.append(wire.pressing(seen_by(student, one, as_owner(gone[0], his), gone[1])))
        assert len(hers) > len(things) / 2
        for answer, nothing in zip(await wire.send(*hers), await wire.send(*nobodys), strict=True):
            nothing_told([answer], private=student is two.server)
            assert answer.text == nothing.text
            assert bool(answer.form) == bool(nothing.form)
        two.nothing_changed()
    assert "WARNING" not in operators_log(caplog)
    assert "ERROR" not in operators_log(caplog)


async def test_his_own_name_on_her_cards_and_forms_opens_nothing_of_hers(two: Two) -> None:
    forms, his = await two.forms(), own_words(two.dm)
    for student in (two.server, two.dm):
        wire = Wire(student)
        made = [wire.pressing(seen_by(student, one, as_owner(one.custom_id, his))) for one in two.some]
        for form, _ in forms:
            forged = form | {"custom_id": as_owner(form["custom_id"], his)}
            made.append(wire.submitting(forged, sensible(form, offered=False, when="tomorrow 3pm")))
        nothing_told(await wire.send(*made), private=student is two.server)
        two.hers_are_as_they_were()


async def test_her_numbers_and_names_mean_nothing_to_him(two: Two) -> None:
    (ben,) = [row[0] for row in two.hers["contacts"] if row[2] == name("Ben")]
    for command, filled in WITH_CONTACT.items():
        hers = await two.server.slash(command, contact=f"#{ben}", **filled)
        nobodys = await two.server.slash(command, contact=f"#{NOBODYS}", **filled)
        assert hers.ephemeral
        assert "Not found" in hers
        assert hers.text == nobodys.text
        assert "No such contact" in await two.server.slash(command, contact="Hana", **filled)
    for typed in (name("Ben"), "#" + "9" * 30, "#" + "9" * 5000, "#٣", "#-1", "#", "\0", "\ud800"):
        screen = await two.server.slash("contact show", contact=typed)
        assert "No such contact" in screen
    for todo in ("#1", f"#{NOBODYS}", "#" + "9" * 5000, "\0", "Read"):
        assert MARK not in (await two.server.slash("todo done", todo=todo)).plain
    for typed in ("", "a", MARK.lower()[:3], f"#{ben}", "#1", "\0", "\ud800", "9" * 6000):
        offered = await two.server.suggestions("contact show", "contact", typed)
        offered += await two.server.suggestions("contact add", "referred_by", typed)
        offered += await two.server.suggestions("todo done", "todo", typed)
        assert MARK not in json.dumps(offered)
    assert "Not found" in await two.server.slash("contact add", referred_by=f"#{ben}")
    assert "No such contact" in await two.server.slash("contact add", referred_by="Ana")
    two.hers_are_as_they_were()


async def test_what_he_types_is_his(two: Two) -> None:
    for words in ("yes", "back", "skip", "pause", "a long answer to her question", "hi", "\0hi"):
        assert MARK not in (await two.dm.say(words)).plain
    two.nothing_changed()

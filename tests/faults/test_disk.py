"""A disk that is full, a database that others hold, a file that is no database any more: small."""

from pathlib import Path

import pytest

from bot.storage.errors import REMEDIES
from tests.faults.disk import trial as disk
from tests.faults.disk.failures import back_up, lasting
from tests.support.world import ZONE, Student

SEED = 20260302
REFERENCE = "give your career center this reference"
WORDS = "Something that nobody would like to type again, and that is nobody else's business. " * 3
# The lock that shuts all others out differs only for programs that were not there before.
SMALL = [name for name in disk.trials(moves=True) if name != disk.A_MINUTE and "keeps all others out, " not in name]


@pytest.mark.parametrize("name", SMALL)
def test_the_bot_says_so_and_goes_on_when_it_is_put_right(name: str) -> None:
    trial = disk.attempt(name, SEED)
    if trial is None:
        pytest.skip("this user may not mount a small disk")
    assert trial.broken == []
    assert trial.discord.messages


@pytest.mark.sqlite(reason="what can happen to a file")
@pytest.mark.parametrize("name", lasting(moves=True))
async def test_a_student_reads_a_calm_line_until_the_file_is_put_right(
    maya: Student, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    await maya.slash("profile timezone", zone=ZONE)
    await maya.slash("contact add")
    await maya.fill({"Name": "Ana"})
    back_up(tmp_path)
    way, trouble = lasting(moves=True)[name]
    with way(tmp_path):
        for _ in range(2):
            screen = await maya.slash("contact note", contact="Ana", text=WORDS)
            assert "My storage is out of order right now, so nothing was saved. Please try again later." in screen
            assert REFERENCE in screen
            assert WORDS.strip() in screen.plain
            assert "out of order" in await maya.slash("contact list")
    assert WORDS.strip()[:40] not in caplog.text
    assert "Traceback" not in caplog.text
    assert "OperationalError" not in caplog.text
    assert caplog.text.count(REMEDIES[trouble]) == 1
    assert REFERENCE not in await maya.slash("contact note", contact="Ana", text=WORDS)
    assert "Ana" in await maya.slash("contact list")
    assert "whole and in use" in caplog.text

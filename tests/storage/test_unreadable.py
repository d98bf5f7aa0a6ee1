"""What SQLite lets somebody, or a failing disk, put into a column of texts: bytes, no UTF-8, no JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.domain.text.damage import DAMAGED
from bot.storage.maintenance.rotate_keys import rotate
from tests.storage.test_bound import CONTACTS, ENTRY, KEY, MAYA, NEXT, TOM, College, college, settle_in
from tests.support.world import ZONE, sqlite_url

pytestmark = pytest.mark.own_keys
NO_TEXT = ["x'ff00fe'", "CAST('Planted words' AS BLOB)", "CAST(x'506c616e746564fe' AS TEXT)"]
NO_FORM = [
    "'Planted words'",
    "'\"Planted words\"'",
    "'[\"Planted words\"]'",
    "x'ff00fe'",
    "CAST('{}' AS BLOB)",
    "'" + "[" * 100_000 + "'",
]


async def put(here: College, column: str, value: str, where: str) -> None:
    table, name = column.split(".")
    async with here.db.engine.execution_options(writes=True).begin() as connection:
        await connection.exec_driver_sql(f"UPDATE {table} SET {name} = {value} WHERE {where}")  # noqa: S608 - ours


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("value", NO_TEXT)
async def test_what_is_no_text_breaks_nothing_and_stays(tmp_path: Path, keys: Sequence[str], value: str) -> None:
    async with college(sqlite_url(tmp_path), *keys) as here:
        await settle_in(here)
        for column in ("contacts.name", "contacts.why"):
            await put(here, column, value, "id = 1")
        before = await here.kept(CONTACTS.c.why)
        contacts = here.services.contacts
        assert sorted(line.name for line in await contacts.listing(MAYA)) == ["Ben Cole", DAMAGED]
        assert (await contacts.get(MAYA, 1)).why == DAMAGED
        assert await contacts.listing(MAYA, search="planted") == []
        content = json.loads((await here.services.mydata.export(MAYA))[0].content)
        assert {"table": "contacts", "row": 1, "column": "why"} in content["damaged"]
        assert (await contacts.get(TOM, 2)).why == ENTRY.why
        assert (await rotate(here.db.engine)).damaged == ("contacts.name, row 1", "contacts.why, row 1")
        assert await here.kept(CONTACTS.c.why) == before


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("value", NO_FORM, ids=range(len(NO_FORM)))
async def test_what_is_no_form_breaks_nothing(tmp_path: Path, keys: Sequence[str], value: str) -> None:
    async with college(sqlite_url(tmp_path), *keys) as here:
        await settle_in(here)
        await put(here, "users.parked", value, f"discord_id = {MAYA}")
        files = await here.services.mydata.export(MAYA)
        assert json.loads(files[0].content)["damaged"] == [{"table": "users", "row": 1, "column": "parked"}]
        assert not any(b"Planted" in file.content for file in files)
        assert (await rotate(here.db.engine)).finished
    async with college(sqlite_url(tmp_path), NEXT, *keys) as other:
        done = await rotate(other.db.engine)
        assert (done.finished, done.damaged) == (True, (f"users.parked, row {MAYA}",))
        assert (await other.services.profiles.set_zone(MAYA, ZONE)).parked is None

"""Why Discord does not let the bot in: each answer in one sentence with its numbers, and no word of the answer."""

from datetime import timedelta
from types import SimpleNamespace

import aiohttp
import discord
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.ui.connection.refusals import NotDiscordError, UnreadableError, refusal

WORDS = "do not repeat these words"


def answer(status: int, body: object, **headers: str) -> discord.HTTPException:
    kind = "text/html" if isinstance(body, str) else "application/json"
    response = SimpleNamespace(status=status, reason=WORDS, headers={"Content-Type": kind} | headers)
    return discord.HTTPException(response, body)  # type: ignore[arg-type]


def closed(code: int) -> discord.ConnectionClosed:
    return discord.ConnectionClosed(SimpleNamespace(close_code=code), shard_id=None, code=code)  # type: ignore[arg-type]


def at_login(cause: discord.HTTPException) -> discord.LoginFailure:
    error = discord.LoginFailure(WORDS)
    error.__cause__ = cause
    return error


def proxied(status: int) -> aiohttp.ClientHttpProxyError:
    url = URL("https://discord.com")
    info = aiohttp.RequestInfo(url, "CONNECT", CIMultiDictProxy(CIMultiDict()), url)
    return aiohttp.ClientHttpProxyError(info, (), status=status, message=WORDS)


CLOUDFLARE = f"<html><title>{WORDS}</title>error code: {{}}</html>"
PASSING = {
    "1015": (answer(429, CLOUDFLARE.format(1015)), "no more requests from here for now (status 429, code 1015)"),
    "1020": (answer(403, CLOUDFLARE.format(1020)), "keeps this machine out (status 403, code 1020)"),
    "1020, in a page": (answer(403, f'<span class="cf-error-code">1020</span>{WORDS}'), "(status 403, code 1020)"),
    "a page with 403": (answer(403, WORDS), "(status 403)"),
    "a page with 401": (at_login(answer(401, WORDS)), "Discord refuses the bot (status 401)"),
    "403": (answer(403, {"code": 40001, "message": WORDS}), "Discord refuses the bot (status 403, code 40001)"),
    "400": (answer(400, {"code": 50035, "message": WORDS}), "(status 400, code 50035)"),
    "404": (answer(404, {"code": 0, "message": WORDS}), "(status 404)"),
    "502": (answer(502, WORDS), "Discord is out of order (status 502)"),
    "503": (answer(503, {"message": WORDS}), "Discord is out of order (status 503)"),
    "520": (answer(520, WORDS), "Discord is out of order (status 520)"),
    "a limit": (discord.RateLimited(12), "no more requests from here for now (status 429)"),
    "a limit for ever": (discord.RateLimited(1e15), "no more requests from here for now (status 429)"),
    "half an answer": (UnreadableError(), "Discord's answer cannot be understood"),
    "another one": (NotDiscordError(200), "Something else answers in Discord's place (status 200)"),
    "a redirect": (NotDiscordError(302), "(status 302)"),
    "a proxy": (proxied(407), "the proxy wants another user or password (status 407)"),
    "a proxy that refuses": (proxied(403), "the proxy refuses (status 403)"),
    "silence": (TimeoutError(WORDS), "Discord cannot be reached (TimeoutError). Is this machine online?"),
    "a break": (ConnectionResetError(WORDS), "Discord cannot be reached (ConnectionResetError)"),
    "a disconnect": (aiohttp.ServerDisconnectedError(WORDS), "cannot be reached (ServerDisconnectedError)"),
    "no gateway": (
        discord.GatewayNotFound(),  # type: ignore[no-untyped-call]  # as discord.py has it
        "Discord cannot be reached (GatewayNotFound)",
    ),
    "an odd close": (closed(4000), "Discord closed the connection (code 4000)"),
}
LASTING = {
    "at the login": (discord.LoginFailure(WORDS), "does not accept DISCORD_TOKEN (status 401). Reset it"),
    "at the login, in JSON": (
        at_login(answer(401, {"message": WORDS})),
        "does not accept DISCORD_TOKEN (status 401)",
    ),
    "later": (answer(401, {"code": 0, "message": WORDS}), "does not accept DISCORD_TOKEN (status 401)"),
    "4004": (closed(4004), "does not accept DISCORD_TOKEN (code 4004). Reset it"),
    "4010": (closed(4010), "no such shard (code 4010). Mend SHARD_IDS and SHARD_COUNT"),
    "4011": (closed(4011), "too many servers for one connection (code 4011). Set SHARD_COUNT"),
    "4012": (closed(4012), "(code 4012). Upgrade Rapport."),
    "4013": (closed(4013), "(code 4013). Upgrade Rapport."),
    "4014": (closed(4014), "(code 4014). Rapport needs none of the privileged intents"),
    "4014, by name": (discord.PrivilegedIntentsRequired(0), "(code 4014)"),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_said_with_its_numbers_and_tried_again(name: str) -> None:
    error, said = PASSING[name]
    found = refusal(error)
    assert found is not None
    assert said in found.why
    assert WORDS not in found.why
    assert not found.lasting


@pytest.mark.parametrize("name", LASTING)
def test_what_somebody_has_to_change_says_what(name: str) -> None:
    error, said = LASTING[name]
    found = refusal(error)
    assert found is not None
    assert said in found.why
    assert WORDS not in found.why
    assert found.lasting


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (answer(429, CLOUDFLARE.format(1015), **{"Retry-After": "3600"}), timedelta(hours=1)),
        (answer(503, WORDS, **{"Retry-After": "30"}), timedelta(seconds=30)),
        (answer(403, WORDS, **{"Retry-After": "soon"}), None),
        (answer(429, CLOUDFLARE.format(1015)), None),
        (discord.RateLimited(3600.5), timedelta(seconds=3600.5)),
        (discord.RateLimited(1e9), timedelta(days=1)),
    ],
)
def test_it_is_as_long_as_discord_asks(error: Exception, wait: timedelta | None) -> None:
    found = refusal(error)
    assert found is not None
    assert found.wait == wait


@pytest.mark.parametrize(
    "error", [PermissionError(13, WORDS, "erased.txt"), OSError(28, WORDS), KeyError("id"), None]
)
def test_errors_of_files_and_of_the_program_are_not_discords(error: BaseException | None) -> None:
    assert refusal(error) is None


@pytest.mark.parametrize("error", [TimeoutError(), NotDiscordError(200), proxied(407)])
def test_a_proxy_is_named_where_it_may_be_the_reason(error: Exception) -> None:
    found = refusal(error, proxy="http://proxy.example:3128")
    assert found is not None
    assert "through the proxy http://proxy.example:3128" in found.why

"""Cards of the request: the draft with what the coach notices, the one that is out, and the list."""

from collections.abc import Sequence

import discord

from bot.domain.requests.frames import FormPart
from bot.domain.requests.review import Weight
from bot.domain.requests.status import RequestRoute, RequestStatus
from bot.domain.text.input import one_line
from bot.handbook.models import Handbook
from bot.services.requests.views import RequestLine, RequestView, WaitingPart
from bot.ui.cards.coach import Remark, coach, remark
from bot.ui.cards.requests.answers import OUTCOMES, answered
from bot.ui.cards.requests.forms import FIELDS
from bot.ui.cards.shared import CONTACTS, NEXT, first_is_primary, primary, who
from bot.ui.kit.card import (
    Block,
    Button,
    Card,
    CardState,
    Divider,
    Letter,
    Option,
    Row,
    Select,
    Style,
    Text,
    ago,
    count,
    fact,
    plain,
    short,
    text_file,
    when,
)
from bot.ui.kit.filenames import filename
from bot.ui.kit.paging import Page, page, turners

_SHOWN = 1800
"""Characters of a letter that leave room for the coach below it."""
_PAGE = 8
_PAGE_HINT = "Choose one to open it."
_READY = "This is short, specific and easy to answer."
_SENDING = "Rapport never sends anything for you. Copy it, send it, then press Mark as sent."
_ROUTES = {
    RequestRoute.EMAIL: "Email",
    RequestRoute.CALL: "Call",
    RequestRoute.INTRODUCTION: "Introduction",
    RequestRoute.LINKEDIN: "LinkedIn",
}


def request(view: RequestView, handbook: Handbook) -> Card:
    """A request as it stands: a draft, out, or answered."""
    if view.is_draft:
        return _draft(view, handbook)
    return _waiting(view) if view.status is RequestStatus.SENT else answered(view, handbook)


def _draft(view: RequestView, handbook: Handbook) -> Card:
    advice, waiting = handbook.requests.findings, handbook.requests.waiting
    remarks = [remark(waiting[_why(one)], one.typed, firm=True) for one in view.waiting]
    remarks += [remark(advice[one.code], one.detail, firm=one.weight is Weight.STRONG) for one in view.findings]
    to_say = tuple(_button_for(view, asked) for one in view.waiting if (asked := one.asked_as))
    return Card(
        title=f"Request to {who(view.contact_name)}",
        blocks=[Text(_kind(view)), Divider(), *_text(view), Divider(), Text(_coach(view, remarks))],
        rows=(_draft_buttons(view), *([to_say] if to_say else [])),
        hint=_SENDING,
        state=CardState.ACTIVE,
    )


def _coach(view: RequestView, remarks: Sequence[Remark]) -> str:
    said = coach(remarks, _READY)
    if not view.kept:
        return said
    kept = " ".join(view.kept)
    return f"{said}\n-# On your list for the meeting: {plain(short(kept, _KEPT))}"


_KEPT = 300
"""Characters of the questions that wait for the meeting; its preparation shows them whole."""


def _why(one: WaitingPart) -> str:
    if one.asked_as is None:
        return "profile"
    return one.misfit.value if one.misfit else "missing"


def _button_for(view: RequestView, part: FormPart) -> Button:
    return Button(FIELDS[part].value, "request.part", (view.id, part.value))


def _kind(view: RequestView) -> str:
    return f"-# {_ROUTES[view.route]} · {count(view.words, 'word')} · version {view.version}"


def _text(view: RequestView) -> list[Block]:
    label = "Note to connect" if view.route is RequestRoute.LINKEDIN else "Subject"
    subject = [Text(fact(label, plain(view.subject)))] if view.subject else []
    return [*subject, Letter(view.body, _filename(view), _SHOWN)]


def _draft_buttons(view: RequestView) -> tuple[Button, ...]:
    zone = (_button(view, "Add my time zone", "request.zone"),) if _lacks_zone(view) else ()
    return (
        _button(view, "Mark as sent", "request.sent", Style.PRIMARY),
        _button(view, "Edit", "request.edit"),
        _button(view, "Get as file", "request.file"),
        *zone,
        _button(view, "Change my answers", "request.over"),
    )


def _lacks_zone(view: RequestView) -> bool:
    return any(one.code == "no_zone" for one in view.findings)


def _waiting(view: RequestView) -> Card:
    """It is out, and this is what was sent."""
    text = [Divider(), *_text(view)] if view.body else []
    buttons = [
        *([_button(view, "Draft a nudge", "request.nudge")] if view.nudge_now else []),
        _button(view, "They answered", "request.reply"),
        *([_button(view, "Get as file", "request.file")] if view.body else []),
        *([_button(view, "Let it go", "request.let_go")] if view.nudge_now or view.nudges else []),
        NEXT,
    ]
    return Card(
        title=f"Request to {who(view.contact_name)}: sent",
        blocks=[Text(_sent_line(view)), *text],
        rows=(first_is_primary(buttons),),
        hint="No answer is nobody's fault. Meanwhile, ask the next person.",
        state=CardState.WAITING,
    )


def sent(view: RequestView, handbook: Handbook) -> Card:
    """It has just gone out: what comes next."""
    if view.status is not RequestStatus.SENT:
        return request(view, handbook)
    ways = [_button(view, "They answered", "request.reply"), _button(view, "Open the request", "request.show")]
    ways = [_button(view, "Draft a nudge", "request.nudge"), *ways, NEXT] if view.nudge_now else [NEXT, *ways]
    return Card(
        title=f"Sent to {who(view.contact_name)}",
        blocks=[Text(_sent_line(view))],
        rows=(first_is_primary(ways),),
        hint="When they answer, press They answered, and the next step is ready.",
        state=CardState.WAITING,
    )


def _sent_line(view: RequestView) -> str:
    lines = [fact("Sent", when(view.sent_at))] if view.sent_at else []
    if view.nudge_now:
        lines.append("No answer yet? One short reminder is fine now.")
    elif view.nudge_from:
        day = discord.utils.format_dt(view.nudge_from, "D")
        lines.append(f"If there is no answer by {day}, one short reminder is fine. I will tell you then.")
    elif view.nudges:
        lines.append("You sent a reminder. If nothing comes, go on to the next person.")
    return "\n".join(lines)


def file(view: RequestView) -> Card:
    """The request as a file."""
    subject = f"Subject: {view.subject}\n\n" if view.subject else ""
    ways = [_button(view, "Open the request", "request.show"), NEXT]
    if view.is_draft:
        ways = [
            _button(view, "Mark as sent", "request.sent", Style.PRIMARY),
            _button(view, "Edit", "request.edit"),
        ]
    return Card(
        title=f"Request to {who(view.contact_name)}",
        blocks=[Text(_kind(view))],
        rows=(tuple(ways),),
        hint="Rapport never sends anything for you.",
        files=[text_file(_filename(view), f"{subject}{view.body}\n")],
    )


def _filename(view: RequestView) -> str:
    return filename("request", view.contact_name)


def listing(found: Sequence[RequestLine], number: int) -> Card:
    """A page of requests, with a menu to open one."""
    if not found:
        return Card(
            title="No requests yet",
            blocks=[Text("A request starts with a contact: four short answers, and a draft is there.")],
            rows=((primary(CONTACTS), NEXT),),
        )
    shown = page(found, number, _PAGE)
    return Card(
        title="Your requests",
        blocks=[Text("\n".join(_listed(line) for line in shown.items))],
        rows=_list_rows(shown),
        hint=" · ".join(part for part in (shown.label, _PAGE_HINT) if part),
    )


def _list_rows(shown: Page[RequestLine]) -> Sequence[Row]:
    options = tuple(Option(one_line(line.contact_name), str(line.id), _stage(line)) for line in shown.items)
    return (Select("request.choose", options, "Open a request"), (*turners(shown, "request.list"), NEXT))


def _listed(line: RequestLine) -> str:
    return f"**{who(line.contact_name)}** · {_stage(line)} · {ago(line.since)}"


def _stage(line: RequestLine) -> str:
    match line.status:
        case RequestStatus.DRAFT:
            return "draft, not sent yet"
        case RequestStatus.SENT:
            return "reminded, waiting for an answer" if line.nudges else "waiting for an answer"
        case RequestStatus.ANSWERED:
            return OUTCOMES[line.outcome].lower() if line.outcome else "answered"


def _button(view: RequestView, label: str, action: str, style: Style = Style.SECONDARY) -> Button:
    return Button(label, action, (view.id,), style)

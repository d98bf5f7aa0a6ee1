"""Forms of the request: the four questions that a draft is made from, and the draft itself."""

from bot.domain.requests.form import LIMITS, RequestField
from bot.domain.requests.status import RequestRoute
from bot.domain.text.input import clip, one_line
from bot.services.requests.views import RequestView, Start
from bot.ui.cards.shared import THEY_READ
from bot.ui.kit.form import TITLE_LIMIT, Form, TextField


def first(start: Start, route: RequestRoute) -> Form:
    """What to say to a contact; sending it makes a draft, or takes the place of the one there is."""
    return _compose(start, "request.compose", (start.contact_id, route.value))


def anew(start: Start, view: RequestView) -> Form:
    """The same questions for a draft that is there already; it stays until the form is sent."""
    return _compose(start, "request.recompose", (view.id,))


def _compose(start: Start, action: str, args: tuple[str | int, ...]) -> Form:
    offered = start.offered
    replaces = f" This replaces your draft (version {start.replaces})." if start.replaces else ""
    return Form(
        title=_title(start.contact_name),
        action=action,
        args=args,
        fields=[
            _answer("tie", RequestField.TIE, offered.tie, "Professor Lind suggested that I write to you", replaces),
            _answer(
                "why",
                RequestField.WHY,
                offered.why,
                "your 2024 reef survey",
                " One true detail. Say it to them: “your survey”, not “her survey”.",
            ),
            _answer("learn", RequestField.LEARN, offered.learn, "how a field season is planned"),
            _answer(
                "windows", RequestField.WINDOWS, offered.windows, "Tue 10 March 2-4 pm or Thu 12 March 9-11 am"
            ),
        ],
    )


def _answer(key: str, field: RequestField, value: str, example: str, more: str = "") -> TextField:
    return TextField(key, field.value, value, example, f"{THEY_READ}{more}", long=True, limit=LIMITS[field])


def edit(view: RequestView) -> Form:
    """The draft itself."""
    subject = TextField(
        "subject",
        RequestField.SUBJECT.value,
        view.subject,
        description=THEY_READ,
        limit=LIMITS[RequestField.SUBJECT],
    )
    message = TextField(
        "message",
        RequestField.MESSAGE.value,
        view.body,
        description=THEY_READ,
        long=True,
        required=True,
        limit=LIMITS[RequestField.MESSAGE],
    )
    return Form(_title(view.contact_name), "request.edited", [subject, message], (view.id,))


def _title(name: str) -> str:
    return clip(f"Request to {one_line(name)}", TITLE_LIMIT)

"""Forms of the request: the four questions that a draft is made from, and the draft itself."""

from bot.domain.request_form import LIMITS, Field
from bot.domain.requests import Route
from bot.domain.texts import clip
from bot.domain.wording import one_line
from bot.services.request_views import RequestView, Start
from bot.ui.form import TITLE_LIMIT, Form, TextField


def first(start: Start, route: Route) -> Form:
    """What to say to a contact; sending it makes a draft, or takes the place of the one there is."""
    return _compose(start, "request.compose", (start.contact_id, route.value))


def anew(start: Start, view: RequestView) -> Form:
    """The same questions for a draft that is there already; it stays until the form is sent."""
    return _compose(start, "request.recompose", (view.id,))


def _compose(start: Start, action: str, args: tuple[str | int, ...]) -> Form:
    offered = start.offered
    replaces = f"This replaces your draft (version {start.replaces})." if start.replaces else ""
    return Form(
        title=_title(start.contact_name),
        action=action,
        args=args,
        fields=[
            _answer("tie", Field.TIE, offered.tie, "Professor Lind suggested that I write to you", replaces),
            _answer(
                "why",
                Field.WHY,
                offered.why,
                "your 2024 reef survey",
                "One true detail. Say it to them: “your survey”, not “her survey”.",
            ),
            _answer("learn", Field.LEARN, offered.learn, "how a field season is planned"),
            _answer("windows", Field.WINDOWS, offered.windows, "Tue 10 March 2-4 pm or Thu 12 March 9-11 am"),
        ],
    )


def _answer(key: str, field: Field, value: str, example: str, description: str = "") -> TextField:
    return TextField(key, field.value, value, example, description, long=True, limit=LIMITS[field])


def edit(view: RequestView) -> Form:
    """The draft itself."""
    subject = TextField("subject", Field.SUBJECT.value, view.subject, limit=LIMITS[Field.SUBJECT])
    message = TextField(
        "message", Field.MESSAGE.value, view.body, long=True, required=True, limit=LIMITS[Field.MESSAGE]
    )
    return Form(_title(view.contact_name), "request.edited", [subject, message], (view.id,))


def _title(name: str) -> str:
    return clip(f"Request to {one_line(name)}", TITLE_LIMIT)

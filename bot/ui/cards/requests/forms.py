"""Forms of the request: the four questions that a draft is made from, and the draft itself."""

from bot.domain.requests.form import LIMITS, RequestField
from bot.domain.requests.frames import FormPart, Frame
from bot.domain.requests.status import RequestRoute
from bot.domain.text.input import clip, one_line
from bot.handbook.models import Handbook
from bot.services.requests.views import RequestView, Start
from bot.ui.cards.shared import THEY_READ
from bot.ui.kit.form import TITLE_LIMIT, Form, TextField


def first(start: Start, route: RequestRoute, handbook: Handbook) -> Form:
    """What to say to a contact; sending it makes a draft, or takes the place of the one there is."""
    return _compose(start, "request.compose", (start.contact_id, route.value), handbook)


def anew(start: Start, view: RequestView, handbook: Handbook) -> Form:
    """The same questions for a draft that is there already; it stays until the form is sent."""
    return _compose(start, "request.recompose", (view.id,), handbook)


def one_part(start: Start, view: RequestView, part: FormPart, handbook: Handbook) -> Form:
    """The one question whose words do not fit yet, with what was typed."""
    field = _answer(part, start, handbook)
    return Form(_title(view.contact_name), "request.finished", [field], (view.id, part.value))


def _compose(start: Start, action: str, args: tuple[str | int, ...], handbook: Handbook) -> Form:
    replaces = f" This replaces version {start.replaces}." if start.replaces else ""
    return Form(
        title=_title(start.contact_name),
        action=action,
        args=args,
        fields=[_answer(part, start, handbook, replaces if part is FormPart.TIE else "") for part in FIELDS],
    )


def _answer(part: FormPart, start: Start, handbook: Handbook, more: str = "") -> TextField:
    """The question, and below it the beginning of the sentence that the answer completes."""
    field, frame = FIELDS[part], start.tie_frame if part is FormPart.TIE else Frame(part.value)
    texts = handbook.requests
    return TextField(
        part.value,
        field.value,
        getattr(start.offered, part.value),
        texts.examples[frame],
        f"{THEY_READ} {texts.frames[frame]}{more}",
        long=True,
        limit=LIMITS[field],
    )


FIELDS = {
    FormPart.TIE: RequestField.TIE,
    FormPart.WHY: RequestField.WHY,
    FormPart.LEARN: RequestField.LEARN,
    FormPart.WINDOWS: RequestField.WINDOWS,
}
"""The parts that are asked for each request."""


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

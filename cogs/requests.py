"""Commands and actions of requests: draft one, mark it as sent, tell what came back, nudge once."""

from typing import Literal

from discord import app_commands

from bot.domain.requests.form import RequestWords
from bot.domain.requests.frames import FormPart
from bot.domain.requests.status import NextMove, RequestOutcome, RequestRoute, RequestStatus
from bot.services.requests.views import RequestView
from bot.ui.cards.requests import answers, cards, forms
from bot.ui.dispatch.press import Interaction, Press, one_of
from bot.ui.dispatch.step import StepCog, action
from bot.ui.kit.card import Card


class RequestCog(StepCog):
    """Asking for the interview, and what comes back."""

    request = app_commands.Group(name="request", description="Ask somebody for 20 minutes")

    @request.command(name="draft")
    @app_commands.describe(contact="Who you want to ask", route="How it reaches them; email is usual")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def draft_command(
        self,
        interaction: Interaction,
        contact: str,
        route: Literal["email", "call", "introduction", "linkedin"] = "email",
    ) -> None:
        """Answer four questions, and get a draft with a coach's remarks."""
        await self.act(interaction, "request.draft", contact=contact, route=route)

    @request.command(name="sent")
    @app_commands.describe(contact="Who you asked", when="When it went out, such as yesterday 4pm; default: now")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def sent_command(self, interaction: Interaction, contact: str, when: str | None = None) -> None:
        """Tell me that a request is out, drafted here or not."""
        await self.act(interaction, "request.sent", contact=contact, when=when)

    @request.command(name="answer")
    @app_commands.describe(contact="Who answered", outcome="What they said")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def answer_command(
        self,
        interaction: Interaction,
        contact: str,
        outcome: Literal["accepted", "declined", "wrong person", "another time", "no answer"],
    ) -> None:
        """Tell me what came back, and see what follows from it."""
        await self.act(interaction, "request.answered", contact=contact, outcome=outcome)

    @request.command(name="list")
    async def list_command(self, interaction: Interaction) -> None:
        """See your requests and how they stand."""
        await self.act(interaction, "request.list")

    @action("request.draft")
    async def draft(self, press: Press, contact: int = 0) -> None:
        """Open the form."""
        route = one_of(RequestRoute, press.text("route") or RequestRoute.EMAIL)
        start = await self.services.requests.start(press.user_id, self.key(press, contact))
        await press.ask(forms.first(start, route, self.services.handbook))

    @action("request.compose")
    async def compose(self, press: Press, contact: int, route: str) -> None:
        """Take the form."""
        view = await self.services.requests.compose(
            press.user_id, contact, one_of(RequestRoute, route), _words(press)
        )
        await press.show(self._card(view))

    @action("request.over")
    async def start_over(self, press: Press, request: int) -> None:
        """Open the form again with what was typed; the draft stays until it is sent."""
        view, start = await self.services.requests.start_over(press.user_id, request)
        if view.is_draft:
            await press.ask(forms.anew(start, view, self.services.handbook))
        else:
            await press.show(self._card(view), replace=True)

    @action("request.recompose")
    async def recompose(self, press: Press, request: int) -> None:
        """Take the form for a draft that is there already."""
        view = await self.services.requests.recompose(press.user_id, request, _words(press))
        await press.show(self._card(view), replace=True)

    @action("request.part")
    async def open_part(self, press: Press, request: int, part: str) -> None:
        """Open the one question whose words do not fit yet."""
        view, start = await self.services.requests.start_over(press.user_id, request)
        chosen = one_of(FormPart, part)
        if view.is_draft and any(one.asked_as is chosen for one in view.waiting):
            await press.ask(forms.one_part(start, view, chosen, self.services.handbook))
        else:
            await press.show(self._card(view), replace=True)

    @action("request.finished")
    async def finish(self, press: Press, request: int, part: str) -> None:
        """Take the words for one part of the draft."""
        chosen = one_of(FormPart, part)
        view = await self.services.requests.finish(press.user_id, request, chosen, press.text(part))
        await press.show(self._card(view), replace=True)

    @action("request.show")
    async def show(self, press: Press, request: int) -> None:
        """Show a request as it stands."""
        await press.show(self._card(await self._get(press, request)))

    @action("request.edit")
    async def edit(self, press: Press, request: int) -> None:
        """Open the draft itself in a form."""
        view = await self._get(press, request)
        if view.is_draft:
            await press.ask(forms.edit(view))
        else:
            await press.show(self._card(view), replace=True)

    @action("request.edited")
    async def edited(self, press: Press, request: int) -> None:
        """Take the draft as the student wrote it."""
        subject, message = press.text("subject"), press.text("message")
        view = await self.services.requests.edit(press.user_id, request, subject, message)
        await press.show(self._card(view), replace=True)

    @action("request.zone")
    async def name_zone(self, press: Press, request: int) -> None:
        """Add the student's zone to the times in a draft."""
        view = await self.services.requests.name_zone(press.user_id, request)
        await press.show(self._card(view), replace=True)

    @action("request.file")
    async def file(self, press: Press, request: int) -> None:
        """Hand the text over as a file."""
        view = await self._get(press, request)
        await press.show(cards.file(view) if view.body else self._card(view))

    @action("request.sent")
    async def sent(self, press: Press, request: int = 0) -> None:
        """Take word that a request is out: this one, or the one to a contact."""
        requests, when = self.services.requests, press.text("when")
        if request:
            view = await requests.sent(press.user_id, request, when)
        else:
            view = await requests.sent_to(press.user_id, self.key(press), when)
        await press.show(cards.sent(view, self.services.handbook), replace=True)

    @action("request.reply")
    async def reply(self, press: Press, request: int, _reminder: int = 0) -> None:
        """Ask what they said."""
        view = await self._get(press, request)
        await press.show(self._card(view) if view.is_draft else answers.reply(view))

    @action("request.answered")
    async def answered(self, press: Press, request: int = 0, outcome: str = "", _reminder: int = 0) -> None:
        """Take what came back on a request, or on the one to a contact."""
        word = one_of(RequestOutcome, outcome or press.text("outcome"))
        if request:
            view = await self.services.requests.answer(press.user_id, request, word)
        else:
            view = await self.services.requests.answer_from(press.user_id, self.key(press), word)
        await press.show(self._card(view), replace=True)

    @action("request.nudge")
    async def nudge(self, press: Press, request: int, _reminder: int = 0) -> None:
        """Draft a short reminder."""
        await press.show(answers.nudge(await self.services.requests.nudge(press.user_id, request)))

    @action("request.nudge_file")
    async def nudge_file(self, press: Press, request: int) -> None:
        """Hand the reminder over as a file."""
        await press.show(answers.nudge_file(await self.services.requests.nudge(press.user_id, request)))

    @action("request.nudged")
    async def nudged(self, press: Press, request: int, before: int) -> None:
        """Take word that the reminder is out; `before` were sent earlier."""
        view = await self.services.requests.nudged(press.user_id, request, before)
        waits = view.status is RequestStatus.SENT
        await press.show(answers.nudged(view) if waits else self._card(view), replace=True)

    @action("request.let_go")
    async def let_go(self, press: Press, request: int, _reminder: int = 0) -> None:
        """Wait no longer for an answer."""
        view = await self.services.requests.let_go(press.user_id, request)
        if view.outcome is RequestOutcome.NO_ANSWER:
            card = answers.answered(view, self.services.handbook, NextMove.NEXT_CONTACT)
        else:
            card = self._card(view)
        await press.show(card, replace=True)

    @action("request.list")
    async def show_list(self, press: Press, page: int = -1) -> None:
        """Show a page of the requests; turning a page stays in place."""
        found = await self.services.requests.listing(press.user_id)
        await press.show(cards.listing(found, page), replace=page >= 0)

    @action("request.choose")
    async def choose(self, press: Press) -> None:
        """Open the request that was picked in the list."""
        await press.show(self._card(await self._get(press, press.chosen_row())))

    async def _get(self, press: Press, request: int) -> RequestView:
        return await self.services.requests.get(press.user_id, request)

    def _card(self, view: RequestView) -> Card:
        return cards.request(view, self.services.handbook)


def _words(press: Press) -> RequestWords:
    return RequestWords(press.text("tie"), press.text("why"), press.text("learn"), press.text("windows"))

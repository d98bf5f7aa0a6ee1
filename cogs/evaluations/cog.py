"""The evaluation: `/evaluate`, the buttons and forms of its conversation, and the DMs that answer its questions."""

from collections.abc import Callable

import discord
from discord import app_commands

from bot.domain.errors import CoachError, Code
from bot.domain.evaluations.conversation import (
    Back,
    Choose,
    Goto,
    Ignored,
    Input,
    Note,
    Pause,
    Resume,
    Resumed,
    Say,
    Skip,
)
from bot.domain.evaluations.questions import Verdict
from bot.domain.text.input import seen
from bot.handbook.models.evaluation import EvaluationTexts as Texts
from bot.services import Services
from bot.services.evaluations.views import Busy, Doubtful, EvaluationView, Opened, Opening, Turn
from bot.services.interviews.views import NoInterview, NotMet
from bot.ui.cards.evaluations import cards
from bot.ui.cards.evaluations import summary as summaries
from bot.ui.dispatch.press import Interaction, Press, one_of
from bot.ui.dispatch.router import Router
from bot.ui.dispatch.step import StepCog, action
from bot.ui.kit import direct_messages as direct
from bot.ui.kit.form import Form
from cogs.evaluations.conversation import Conversation


class EvaluationCog(StepCog):
    """Talks an interview over with the student, one question at a time."""

    def __init__(self, services: Services, router: Router) -> None:
        super().__init__(services, router)
        self._texts = services.handbook.evaluation
        self._conversation = Conversation(services.evaluations, self._texts)

    async def cog_load(self) -> None:
        """Register the handlers, and be asked first who takes a DM."""
        await super().cog_load()
        self.router.direct_messages.append(self.hear)

    @app_commands.command()
    @app_commands.describe(contact="Whom you met")
    @app_commands.autocomplete(contact=StepCog.complete_contact)
    async def evaluate(self, interaction: Interaction, contact: str) -> None:
        """Eleven short questions about an interview, in our DM."""
        await self.act(interaction, "evaluation.about", contact=contact)

    @action("evaluation.about")
    async def about(self, press: Press) -> None:
        """Start or go on, by contact."""
        await self._opened(press, await self.services.evaluations.about(press.user_id, self.key(press)))

    @action("evaluation.start")
    async def start(self, press: Press, interview: int) -> None:
        """Start or go on, by interview."""
        await self._opened(press, await self.services.evaluations.start(press.user_id, interview))

    @action("evaluation.switch")
    async def switch(self, press: Press, interview: int) -> None:
        """Start or go on, and let another evaluation wait."""
        await self._opened(press, await self.services.evaluations.start(press.user_id, interview, switch=True))

    @action("interview.happened_now")
    async def happened_now(self, press: Press, contact: int) -> None:
        """Record an interview that was never booked, and start."""
        await self._opened(press, await self.services.evaluations.happened_now(press.user_id, contact))

    @action("evaluation.choose")
    async def choose(self, press: Press, evaluation: int, question: int, verdict: str) -> None:
        """One of the answer buttons."""
        await self._take(press, evaluation, question, Choose(one_of(Verdict, verdict)))

    @action("evaluation.back")
    async def back(self, press: Press, evaluation: int, question: int) -> None:
        """To the question before."""
        await self._take(press, evaluation, question, Back())

    @action("evaluation.skip")
    async def skip(self, press: Press, evaluation: int, question: int) -> None:
        """Onward."""
        await self._take(press, evaluation, question, Skip())

    @action("evaluation.pause")
    async def pause(self, press: Press, evaluation: int, question: int) -> None:
        """Stop here for now."""
        await self._take(press, evaluation, question, Pause())

    @action("evaluation.note")
    async def note(self, press: Press, evaluation: int, question: int) -> None:
        """Open the form for a note."""
        await self._ask(press, evaluation, question, cards.note_form)

    @action("evaluation.noted")
    async def noted(self, press: Press, evaluation: int, question: int) -> None:
        """Take the note."""
        await self._take(press, evaluation, question, Note(press.text("words")))

    @action("evaluation.write")
    async def write(self, press: Press, evaluation: int, question: int) -> None:
        """Open the form for an open question."""
        await self._ask(press, evaluation, question, cards.answer_form)

    @action("evaluation.written")
    async def written(self, press: Press, evaluation: int, question: int) -> None:
        """Take the answer of the form."""
        await self._take(press, evaluation, question, Say(press.text("words")))

    @action("evaluation.resume")
    async def resume(self, press: Press, evaluation: int) -> None:
        """Go on where it stopped."""
        turn = await self.services.evaluations.take(press.user_id, evaluation, Resume())
        if isinstance(turn, Busy):
            await press.show(cards.busy(turn))
        else:
            resumed = isinstance(turn.event, Resumed)
            await self._conversation.present(press, turn.evaluation, turn.left, resumed=resumed)

    @action("evaluation.summary")
    async def summary(self, press: Press, evaluation: int) -> None:
        """What the answers add up to so far."""
        view = await self.services.evaluations.get(press.user_id, evaluation)
        await press.show(summaries.summary(view, self._texts))

    @action("evaluation.ask_next")
    async def ask_next(self, press: Press, evaluation: int) -> None:
        """The open questions, for the next interview."""
        view = await self.services.evaluations.get(press.user_id, evaluation)
        top = self.services.handbook.interviews.limits.must_ask
        await press.show(summaries.ask_next(view, self._texts, top))

    @action("evaluation.change")
    async def change(self, press: Press, evaluation: int) -> None:
        """Which answer to change?"""
        view = await self.services.evaluations.get(press.user_id, evaluation)
        await press.show(summaries.change(view, self._texts))

    @action("evaluation.goto")
    async def goto(self, press: Press, evaluation: int) -> None:
        """To the question that was chosen."""
        match await self.services.evaluations.take(press.user_id, evaluation, Goto(press.chosen_row())):
            case Busy() as busy:
                await press.show(cards.busy(busy))
            case Turn(event=Ignored()) as turn:
                await self._conversation.present(press, turn.evaluation, turn.left)
            case Turn() as turn:
                await self._conversation.jump(press, turn)

    @action("evaluation.meant")
    async def meant(self, press: Press, evaluation: int, question: int, message: int) -> None:
        """A typed message that was doubtful is the answer."""
        typed = await self._typed(press, message)
        if typed is None:
            view = await self.services.evaluations.get(press.user_id, evaluation)
            await self._conversation.unmeant(press, view, gone=True)
            return
        match await self.services.evaluations.confirm(press.user_id, evaluation, question, typed):
            case Busy() as busy:
                await press.show(cards.busy(busy))
            case turn:
                await self._conversation.meant(press, turn, typed)

    @action("evaluation.not_meant")
    async def not_meant(self, press: Press, evaluation: int, _question: int, _message: int) -> None:
        """A typed message that was doubtful is no answer."""
        view = await self.services.evaluations.get(press.user_id, evaluation)
        await self._conversation.unmeant(press, view)

    async def _typed(self, press: Press, message: int) -> str | None:
        """What the student typed in the DM that was pressed in. Raises MOVED_ON anywhere else."""
        channel = press.interaction.channel_id
        if press.private or channel is None:
            raise CoachError(Code.MOVED_ON)
        reading = direct.said(direct.dm(press.interaction.client, channel), message, press.user_id)
        return await press.patiently(reading)

    async def hear(self, message: discord.Message) -> bool:
        """Take a DM as the answer to the question that is up; False when none is."""
        owner, channel = message.author.id, message.channel
        if not isinstance(channel, discord.DMChannel):
            return False
        if seen(message.content):
            match await self.services.evaluations.say(owner, message.content, sent=message.id):
                case None:
                    return False
                case Doubtful() as doubt:
                    await self._conversation.ask_whether(message, doubt.evaluation)
                case turn:
                    await self._conversation.heard(channel, owner, turn, message.content)
            return True
        view = await self.services.evaluations.current(owner)
        if view is not None:
            await direct.send(channel, owner, cards.words_needed(view, self._texts))
        return view is not None

    async def _take(self, press: Press, evaluation: int, question: int, given: Input) -> None:
        """Let one press or form on the card of `question` do what it does."""
        match await self.services.evaluations.take(press.user_id, evaluation, given, expected=question):
            case Busy() as busy:
                await self._conversation.give_back(press)
                await press.show(cards.busy(busy))
            case Turn(event=Ignored()) as turn:
                await self._conversation.again(press, turn.evaluation, question)
            case Turn() as turn:
                await self._conversation.go_on(press, turn)

    async def _ask(
        self, press: Press, evaluation: int, question: int, form: Callable[[EvaluationView, Texts], Form]
    ) -> None:
        """Open a form on the card of `question`."""
        view = await self.services.evaluations.get(press.user_id, evaluation)
        if view.state.position == question:
            await press.ask(form(view, self._texts))
        else:
            await self._conversation.again(press, view, question)

    async def _opened(self, press: Press, opening: Opening) -> None:
        """Answer a wish to start or to go on."""
        match opening:
            case Opened():
                await self._conversation.open(press, opening)
            case Busy():
                await press.show(cards.busy(opening))
            case NotMet():
                await press.show(cards.not_met(opening))
            case NoInterview():
                await press.show(cards.no_interview(opening))

"""Draws the evaluation conversation in the DM, so that it reads as one when scrolled back.

Each question is a message of its own. Once it is answered, its card folds to one quiet line and the next question
comes below it. There is one live card at a time: where it is shown anew, the earlier one goes.
"""

import discord

from bot.domain.evaluations.conversation import Ignored, Moved, Noted
from bot.domain.evaluations.questions import FINISHED, EvaluationStatus
from bot.handbook.models.evaluation import EvaluationTexts as Texts
from bot.services.evaluations.service import EvaluationService
from bot.services.evaluations.views import EvaluationView, MessagePlace, Opened, Turn
from bot.ui.cards.evaluations import cards
from bot.ui.cards.evaluations import doubt as doubts
from bot.ui.dispatch.press import Press
from bot.ui.kit import direct_messages as direct
from bot.ui.kit.card import Card


class Conversation:
    """Shows where an evaluation stands, and notes which message shows it."""

    def __init__(self, evaluations: EvaluationService, texts: Texts) -> None:
        self._evaluations = evaluations
        self._texts = texts

    async def open(self, press: Press, opened: Opened) -> None:
        """Show an evaluation that was started or goes on, and that another one waits for it."""
        if (other := opened.paused) is not None and (place := other.left) is not None:
            await direct.tidy(_redraw(press, place, cards.paused(other.evaluation, self._texts)))
            await self._evaluations.shown(press.user_id, other.evaluation.id, place)
        await self.present(press, opened.evaluation, opened.left, resumed=opened.resumed)

    async def present(
        self, press: Press, evaluation: EvaluationView, earlier: MessagePlace | None, *, resumed: bool = False
    ) -> None:
        """Show where `evaluation` stands, in the DM, wherever the student asked; the `earlier` live card goes."""
        if evaluation.state.status == EvaluationStatus.DONE:
            await press.show(cards.current(evaluation, self._texts))
            return
        lead = self._texts.phrases.resumed.text if resumed else ""
        if press.private:
            await self._send(press, evaluation, earlier, lead)
        else:
            await self._show(press, evaluation, earlier, lead=lead)

    async def go_on(self, press: Press, turn: Turn) -> None:
        """After a press or form that was taken: fold the question if it is newly behind, and show what is up."""
        # A question that was only visited has its folded line further up already.
        if isinstance(turn.event, Noted | Moved) or not turn.evaluation.state.left(turn.question):
            await self._show(press, turn.evaluation, turn.left, replace=True)
        else:
            await self._fold_pressed(press, turn.evaluation, turn.question)
            await self._show(press, turn.evaluation, turn.left if _elsewhere(press, turn.left) else None)

    async def jump(self, press: Press, turn: Turn) -> None:
        """To a question that was chosen in a menu; the menu makes room for it."""
        if turn.left is not None:
            await direct.tidy(self._leave_behind(press, turn))
        if press.private:
            await self._send(press, turn.evaluation, None)
        else:
            await self._show(press, turn.evaluation, None, replace=True)

    async def again(self, press: Press, evaluation: EvaluationView, question: int) -> None:
        """After a press or form on the card of `question` that changed nothing: show what is up.

        The second press of a double press was made before the student saw the next question. Then it is below
        already, and once is enough.
        """
        shown = evaluation.shown
        if press.text("words"):
            await self.give_back(press)
            await self._show(press, evaluation, shown)
        elif not evaluation.state.left(question) or not _elsewhere(press, shown):
            await self._show(press, evaluation, shown, replace=True)
        else:
            await self._fold_pressed(press, evaluation, question)
            if shown is None or shown.message_id < press.interaction.id:
                await self._show(press, evaluation, shown)

    async def give_back(self, press: Press) -> None:
        """Hand back what was typed into a form that changed nothing."""
        if words := press.text("words"):
            await press.show(cards.not_kept(words))

    async def heard(self, channel: discord.DMChannel, owner: int, turn: Turn, typed: str) -> None:
        """After a typed answer: fold the question over it and send what is up."""
        await self._leave(channel, owner, turn, typed)
        message = await direct.send(channel, owner, cards.current(turn.evaluation, self._texts))
        await self._evaluations.shown(owner, turn.evaluation.id, MessagePlace(channel.id, message.id))

    async def ask_whether(self, message: discord.Message, evaluation: EvaluationView) -> None:
        """After a typed message that may be no answer to the question: show that if need be, and ask.

        The message itself is all that is remembered of it: the buttons know its id.
        """
        channel, owner = message.channel, message.author.id
        if evaluation.shown is None:
            shown = await direct.send(channel, owner, cards.current(evaluation, self._texts))
            await self._evaluations.shown(owner, evaluation.id, MessagePlace(channel.id, shown.id))
        await direct.send(channel, owner, doubts.doubted(evaluation, self._texts, message.content, message.id))

    async def meant(self, press: Press, turn: Turn, typed: str) -> None:
        """After the student said that what they `typed` is the answer: the next question comes below it."""
        if not isinstance(turn.event, Ignored):
            await self._show(press, turn.evaluation, None, replace=True)
            if turn.left is not None:
                await direct.tidy(self._leave_behind(press, turn, typed))
        elif _elsewhere(press, turn.evaluation.shown):
            await press.show(cards.not_kept(typed), replace=True)
        else:  # the second press of a double press: the first has put the next question here
            await self._show(press, turn.evaluation, None, replace=True)

    async def unmeant(self, press: Press, evaluation: EvaluationView, *, gone: bool = False) -> None:
        """After a press that stores nothing: it was no answer, or the message is gone."""
        if evaluation.state.status == EvaluationStatus.DONE or not _elsewhere(press, evaluation.shown):
            await self._show(press, evaluation, None, replace=True)
        else:
            card = doubts.taken_back if gone else doubts.left_alone
            await press.show(card(evaluation, self._texts), replace=True)

    async def _show(
        self,
        press: Press,
        evaluation: EvaluationView,
        earlier: MessagePlace | None,
        *,
        replace: bool = False,
        lead: str = "",
    ) -> None:
        message = await press.show(cards.current(evaluation, self._texts, lead), replace=replace)
        if message is None:
            return
        await self._evaluations.shown(press.user_id, evaluation.id, _place(press, message))
        if earlier is not None and earlier.message_id != message.id:
            await direct.tidy(_remove(press, earlier))

    async def _send(
        self, press: Press, evaluation: EvaluationView, earlier: MessagePlace | None, lead: str = ""
    ) -> None:
        """To the DM, with a way there as the answer; or how to open it when it is closed."""
        await press.defer()
        try:
            card = cards.current(evaluation, self._texts, lead)
            message = await direct.send_dm(press.interaction.client, press.user_id, card)
        except discord.Forbidden:
            await press.show(cards.closed(evaluation))
            return
        await self._evaluations.shown(press.user_id, evaluation.id, MessagePlace(message.channel.id, message.id))
        if earlier is not None:
            await direct.tidy(_remove(press, earlier))
        await press.show(cards.in_dm(evaluation, message.jump_url))

    async def _leave_behind(self, press: Press, turn: Turn, typed: str = "") -> None:
        await self._leave(await press.dm(), press.user_id, turn, typed)

    async def _leave(self, channel: direct.DM, owner: int, turn: Turn, typed: str = "") -> None:
        """Fold the card that was up, or take it back when nothing was answered on it."""
        if turn.left is None or turn.question == FINISHED:
            return
        if isinstance(turn.event, Ignored | Moved) or not turn.evaluation.state.left(turn.question):
            await direct.tidy(direct.remove(channel, turn.left.message_id))
        else:
            card = cards.folded(turn.evaluation, self._texts, turn.question, typed)
            await direct.tidy(direct.redraw(channel, turn.left.message_id, owner, card))

    async def _fold_pressed(self, press: Press, evaluation: EvaluationView, question: int) -> None:
        await direct.tidy(press.show(cards.folded(evaluation, self._texts, question), replace=True))


def _place(press: Press, message: discord.Message) -> MessagePlace:
    """Where a question is shown, and since when: a card that was redrawn is older than the question on it."""
    redrawn = discord.utils.time_snowflake(message.edited_at) if message.edited_at else 0
    return MessagePlace(message.channel.id, message.id, max(press.interaction.id, redrawn))


async def _redraw(press: Press, place: MessagePlace, card: Card) -> None:
    """Draw an earlier live card anew, in the student's own DM. See `Press.dm`."""
    await direct.redraw(await press.dm(), place.message_id, press.user_id, card)


async def _remove(press: Press, place: MessagePlace) -> None:
    """Take an earlier live card back, in the same way."""
    await direct.remove(await press.dm(), place.message_id)


def _elsewhere(press: Press, place: MessagePlace | None) -> bool:
    """Whether `place` is another message than the one that was pressed."""
    pressed = press.interaction.message
    return place is None or pressed is None or pressed.id != place.message_id

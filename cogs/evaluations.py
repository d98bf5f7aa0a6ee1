"""The evaluation: `/evaluate`, the buttons and forms of its conversation, and the DMs that answer its questions.

Each question is a message of its own. Once it is answered, its card folds to one quiet line and the next question
comes below it, so that the DM reads as a conversation. There is one live card at a time: whenever it is shown
again, the earlier one goes.
"""

import discord
from discord import app_commands

from bot.domain.conversation import Back, Choose, Goto, Ignored, Input, Note, Noted, Pause, Resume, Resumed, Say, Skip
from bot.domain.errors import CoachError, Code
from bot.domain.evaluations import EvaluationStatus, Verdict
from bot.services.evaluation_views import Busy, NoMeeting, NotMet, Opened, Opening, Place, Talk, Turn
from bot.ui import direct
from bot.ui.card import Card
from bot.ui.cards import evaluation_summary as summaries
from bot.ui.cards import evaluations as cards
from bot.ui.press import Interaction, Press
from bot.ui.step import Step, action


class Evaluations(Step):
    """Talks a meeting over with the student, one question at a time."""

    async def cog_load(self) -> None:
        """Register the handlers, and be asked first who takes a DM."""
        await super().cog_load()
        self.router.direct_messages.append(self.hear)

    @app_commands.command()
    @app_commands.describe(contact="Whom you met")
    async def evaluate(self, interaction: Interaction, contact: str) -> None:
        """Eleven short questions about a meeting, in our DM."""
        await self.act(interaction, "evaluation.about", contact=contact)

    @evaluate.autocomplete("contact")
    async def complete_evaluate(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The caller's contacts."""
        return await self.complete_contact(interaction, typed)

    @action("evaluation.about")
    async def about(self, press: Press) -> None:
        """Start or go on, by contact."""
        contact = await self.services.contacts.resolve(press.user_id, press.text("contact"))
        await self._opened(press, await self.services.evaluations.about(press.user_id, contact.id))

    @action("evaluation.start")
    async def start(self, press: Press, interview: int) -> None:
        """Start or go on, by meeting."""
        await self._opened(press, await self.services.evaluations.start(press.user_id, interview))

    @action("evaluation.switch")
    async def switch(self, press: Press, interview: int) -> None:
        """Start or go on, and let another evaluation wait."""
        await self._opened(press, await self.services.evaluations.start(press.user_id, interview, switch=True))

    @action("interview.happened_now")
    async def happened_now(self, press: Press, contact: int) -> None:
        """Record a meeting that was never booked, and start."""
        await self.services.interviews.met(press.user_id, contact)
        await self._opened(press, await self.services.evaluations.about(press.user_id, contact))

    @action("evaluation.choose")
    async def choose(self, press: Press, evaluation: int, question: int, verdict: str) -> None:
        """One of the answer buttons."""
        if verdict not in set(Verdict):
            raise CoachError(Code.MOVED_ON)
        await self._take(press, evaluation, question, Choose(Verdict(verdict)))

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
        talk = await self.services.evaluations.get(press.user_id, evaluation)
        if talk.state.position == question:
            await press.ask(cards.note_form(talk, self._texts))
        else:
            await self._again(press, talk, question)

    @action("evaluation.noted")
    async def noted(self, press: Press, evaluation: int, question: int) -> None:
        """Take the note."""
        await self._take(press, evaluation, question, Note(press.text("words")))

    @action("evaluation.write")
    async def write(self, press: Press, evaluation: int, question: int) -> None:
        """Open the form for an open question."""
        talk = await self.services.evaluations.get(press.user_id, evaluation)
        if talk.state.position == question:
            await press.ask(cards.answer_form(talk, self._texts))
        else:
            await self._again(press, talk, question)

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
            lead = self._texts.phrases.resumed.text if isinstance(turn.event, Resumed) else ""
            await self._present(press, turn.talk, turn.left, lead)

    @action("evaluation.summary")
    async def summary(self, press: Press, evaluation: int) -> None:
        """What the answers add up to so far."""
        talk = await self.services.evaluations.get(press.user_id, evaluation)
        await press.show(summaries.summary(talk, self._texts))

    @action("evaluation.ask_next")
    async def ask_next(self, press: Press, evaluation: int) -> None:
        """The open questions, for the next meeting."""
        talk = await self.services.evaluations.get(press.user_id, evaluation)
        await press.show(summaries.ask_next(talk, self._texts))

    @action("evaluation.change")
    async def change(self, press: Press, evaluation: int) -> None:
        """Which answer to change?"""
        talk = await self.services.evaluations.get(press.user_id, evaluation)
        await press.show(summaries.change(talk, self._texts))

    @action("evaluation.goto")
    async def goto(self, press: Press, evaluation: int) -> None:
        """To the question that was chosen."""
        chosen = "".join(press.values())
        if not (chosen.isascii() and chosen.isdigit()):
            raise CoachError(Code.MOVED_ON)
        turn = await self.services.evaluations.take(press.user_id, evaluation, Goto(int(chosen)))
        match turn:
            case Busy():
                await press.show(cards.busy(turn))
            case Turn(event=Ignored()):
                await self._present(press, turn.talk, turn.left)
            case Turn():
                await self._leave(press, turn)
                await self._present(press, turn.talk, replace=True)

    async def hear(self, message: discord.Message) -> bool:
        """Take a DM as the answer to the question that is up; False when none is."""
        owner, channel = message.author.id, message.channel
        if not isinstance(channel, discord.DMChannel):
            return False
        if not message.content.strip():
            return await self._ask_for_words(channel, owner)
        turn = await self.services.evaluations.say(owner, message.content)
        if turn is None:
            return False
        if isinstance(turn, Busy):
            await direct.send(channel, owner, cards.busy(turn))
        else:
            await self._fold(channel, owner, turn)
            await self._remember(owner, turn.talk, await direct.send(channel, owner, self._current(turn.talk)))
        return True

    async def _ask_for_words(self, channel: discord.DMChannel, owner: int) -> bool:
        talk = await self.services.evaluations.current(owner)
        if talk is None:
            return False
        await direct.send(channel, owner, cards.words_needed(talk, self._texts))
        return True

    async def _opened(self, press: Press, opening: Opening) -> None:
        """Answer a wish to start or to go on."""
        match opening:
            case Opened(talk, left, paused):
                if paused is not None and paused.left is not None:
                    ...
                await self._present(press, talk, left)
            case Busy():
                await press.show(cards.busy(opening))
            case NotMet():
                await press.show(cards.not_met(opening))
            case NoMeeting():
                await press.show(cards.no_meeting(opening))

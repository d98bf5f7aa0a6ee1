"""The one question before something is destroyed."""

from bot.ui.kit.card import Button, Card, CardState, Style, Text


def confirm(title: str, consequence: str, *, yes: Button, no: Button) -> Card:
    """A card that says what would be lost; `yes` is drawn as danger, `no` keeps everything."""
    danger = Button(yes.label, yes.action, yes.args, Style.DANGER)
    return Card(title=title, blocks=[Text(consequence)], rows=((danger, no),), state=CardState.DUE)

"""home.toml: what the bot says when a student meets it or there is nothing else to say."""

from bot.handbook.fields import Advice, Frozen


class Greeting(Advice):
    """Knows the student's name."""

    placeholders = frozenset({"name"})


class HomeTexts(Frozen):
    """home.toml."""

    welcome: Greeting
    warm_start: Greeting
    all_clear: Greeting
    unplaced: Greeting
    unread: Greeting
    undeliverable: Greeting

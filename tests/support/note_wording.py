"""What the handbook as it comes with Rapport gives to a thank-you note, for tests of the rules alone."""

import tomllib
from pathlib import Path

from bot.domain.thank_yous.letter import NoteWording
from bot.domain.thank_yous.verbs import read_verbs

TEXT = tomllib.loads((Path(__file__).parents[2] / "bot/handbook/text/thank_yous.toml").read_text(encoding="utf-8"))
WORDING = NoteWording(
    {key: phrase["text"] for key, phrase in TEXT["phrases"].items()}, read_verbs(TEXT["verbs"]["forms"])
)

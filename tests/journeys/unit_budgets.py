"""How many units of work and statements each command, and each button, menu and form, may cost on SQLite.

A cost is what reads, what writes, and the statements of both. What asks nothing needs no database; what shows
something has one unit that reads; what changes something has one that writes. Whatever has more says why.
"""

from tests.support.unit_meter import Cost

COMMANDS = {
    "contact add": Cost(1, 0, 2),
    "contact show": Cost(1, 0, 5),
    "contact edit": Cost(1, 0, 2),
    "contact delete": Cost(1, 0, 5),
    "contact note": Cost(0, 1, 7),
    "request draft": Cost(1, 0, 3),
    "request sent": Cost(0, 1, 13),
    "request answer": Cost(0, 1, 6),
    "interview schedule": Cost(0, 1, 13),
    "interview prep": Cost(1, 0, 6),
    "interview move": Cost(0, 1, 12),
    "interview cancel": Cost(1, 0, 3),
    "interview happened": Cost(0, 1, 16),
    "evaluate": Cost(0, 2, 10),
    "thanks draft": Cost(1, 0, 7),
    "thanks sent": Cost(0, 1, 14),
    "todo add": Cost(0, 1, 17),
    "todo done": Cost(0, 1, 8),
    "next": Cost(1, 0, 7),
    "help": Cost(0, 0, 0),
    "contact list": Cost(1, 0, 3),
    "request list": Cost(1, 0, 1),
    "interview list": Cost(1, 0, 2),
    "todo list": Cost(1, 0, 1),
    "profile show": Cost(1, 0, 1),
    "guide": Cost(0, 0, 0),
    "profile edit": Cost(1, 0, 1),
    "profile timezone": Cost(0, 1, 9),
    "profile quiet": Cost(0, 1, 9),
    "mydata export": Cost(1, 0, 9),
    "mydata delete": Cost(0, 0, 0),
}
"""Commands, each with a contact and a moment as typed. /evaluate notes which message shows the question, once it is sent."""

NOT_IN_THE_STORY = {"mydata import": "its rows come in slices; `test_mydata.py` tells the story of a file"}

PRESSES: dict[str, Cost] = {}

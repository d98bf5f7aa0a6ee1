"""What came into a student's DM since they last looked."""

from tests.support.world import Screen, Student


class Inbox:
    """The pings that came since the last look."""

    def __init__(self, student: Student) -> None:
        self.student = student
        self.seen = {ping.message_id for ping in student.pings()}

    def new(self) -> list[Screen]:
        pings = [ping for ping in self.student.pings() if ping.message_id not in self.seen]
        self.seen |= {ping.message_id for ping in pings}
        return pings

    def lines(self) -> list[str]:
        """Of each, what a locked phone shows."""
        return [ping.plain.splitlines()[0] for ping in self.new()]

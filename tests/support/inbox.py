"""What came into a student's DM since they last looked."""

from tests.support.world import Screen, Student


class Inbox:
    """The reminders that came since the last look."""

    def __init__(self, student: Student) -> None:
        self.student = student
        self.seen = {reminder.message_id for reminder in student.reminders()}

    def new(self) -> list[Screen]:
        reminders = [reminder for reminder in self.student.reminders() if reminder.message_id not in self.seen]
        self.seen |= {reminder.message_id for reminder in reminders}
        return reminders

    def lines(self) -> list[str]:
        """Of each, what a locked phone shows."""
        return [reminder.plain.splitlines()[0] for reminder in self.new()]

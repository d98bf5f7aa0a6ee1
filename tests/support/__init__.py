"""What tests share: a world with a clock, students who type and press, databases, snapshots."""

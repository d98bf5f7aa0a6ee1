"""Where a student stands with everybody, and what comes next."""

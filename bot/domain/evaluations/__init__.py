"""The handout's eleven questions: what they are, how the conversation goes on, typed answers."""

"""Students, a jumping clock and a dying bot, compared with a model after every step."""

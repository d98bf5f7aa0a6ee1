"""Use cases. One public coroutine is one unit of work, which is one transaction."""

"""Counts what one command or press asks of the database: units of work that read, that write, and statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, NamedTuple

from sqlalchemy import Connection, event

from tests.support.world import World


class Cost(NamedTuple):
    """Of one command or press."""

    reads: int = 0
    """Units of work that only read."""
    writes: int = 0
    """Units of work that may write."""
    statements: int = 0


@dataclass
class _Count:
    """What has been asked since it began; what goes on in the background after it has ended does not count."""

    reads: int = 0
    writes: int = 0
    statements: int = 0
    is_over: bool = False

    @property
    def cost(self) -> Cost:
        return Cost(self.reads, self.writes, self.statements)


_CURRENT: ContextVar[_Count | None] = ContextVar("unit_meter", default=None)


@dataclass
class Meter:
    """Listens to the database of a running bot."""

    world: World
    costs: dict[str, Cost] = field(default_factory=dict)
    """By name, the most that was seen of each kind."""

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count what is asked for the sake of `name` in here, and by nobody else meanwhile."""
        count = _Count()
        token = _CURRENT.set(count)
        try:
            yield
        finally:
            _CURRENT.reset(token)
            count.is_over = True
            self.costs[name] = Cost(*map(max, self.costs.get(name, Cost()), count.cost))

    def handlers(self, named: Callable[[str], str] = str) -> None:
        """Count what each handler of the running bot asks, under what its action is `named`."""
        engine = self.world.bot.db.engine.sync_engine
        event.listen(engine, "begin", _begun)
        event.listen(engine, "before_cursor_execute", _executed)
        handlers = self.world.bot.router.handlers
        for action, handler in list(handlers.items()):
            handlers[action] = self._counted(action, named, handler)

    def _counted(self, action: str, named: Callable[[str], str], handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        async def counting(*args: Any) -> None:
            with self.of(named(action)):
                await handler(*args)

        return counting

    def grown(self, budgets: dict[str, Cost]) -> dict[str, tuple[Cost, Cost]]:
        """What costs more than its budget, in any kind; with what was seen and what is allowed."""
        return {
            name: (cost, budgets[name])
            for name, cost in self.costs.items()
            if any(seen > allowed for seen, allowed in zip(cost, budgets[name], strict=True))
        }


def _running() -> _Count | None:
    count = _CURRENT.get()
    return None if count is None or count.is_over else count


def _begun(connection: Connection) -> None:
    if (count := _running()) is not None:
        if connection.get_execution_options().get("writes", False):
            count.writes += 1
        else:
            count.reads += 1


def _executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    if (count := _running()) is not None and not statement.startswith("BEGIN"):
        count.statements += 1

"""What is wrong with an edited handbook, said so that a counselor can mend it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails

_SENTENCES = {
    "missing": '"{name}" is missing',
    "extra_forbidden": '"{name}" is not a word the handbook knows here; check its spelling',
    "string_type": '"{name}" must be text in quotes',
    "string_too_short": '"{name}" is empty',
    "string_too_long": '"{name}" is longer than {max_length} characters',
    "string_pattern_mismatch": '"{name}" may hold only small letters, digits, - and _',
    "int_type": '"{name}" must be a whole number',
    "greater_than_equal": '"{name}" must be at least {ge}',
    "less_than_equal": '"{name}" must be at most {le}',
    "literal_error": '"{name}" must be {expected}',
    "enum": '"{name}" must be {expected}',
    "tuple_type": '"{name}" must be a list',
    "too_long": '"{name}" may have at most {max_length} entries',
    "model_type": '"{name}" must be a table',
    "value_error": '"{name}": {error}',
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` counts from 1; None when the trouble is with the file as a whole."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.message}"


class HandbookError(Exception):
    """The handbook cannot be used. Carries every problem found, not just the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def sentence(error: ErrorDetails) -> str:
    """One finding of pydantic in plain words."""
    name = next(part for part in reversed(error["loc"]) if isinstance(part, str))
    known = _SENTENCES.get(error["type"])
    if known is None:
        return f'"{name}": {error["msg"]}'
    return known.format(name=name, **error.get("ctx", {}))

"""The building blocks of the handbook's models: bounded texts, sources, templates, tables by key."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    create_model,
    field_validator,
)

from bot.domain.text.wording import fill, placeholders

Source: TypeAlias = Literal["handout", "reconstructed", "added"]
"""Where words come from: the handout, a lost part of it put together again, or common guidance."""

Label: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
"""Fits a button, the name of a menu entry and the title of a card."""
Short: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
"""Fits the description of a menu entry and the grey text in an empty form field."""
Line: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
"""A sentence or a few; several fit a card."""
Ask: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
"""One question."""
Key: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=30)]
"""Names a thing in custom_ids and choices."""

Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=60)]
"""A small number: minutes, questions, interviews."""

MENU = 25
"""Most entries of a Discord menu."""


class Frozen(BaseModel):
    """Cannot be changed, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Template(Frozen):
    """Texts to be filled by `wording.fill`. A subclass says which placeholders are filled."""

    placeholders: ClassVar[frozenset[str]] = frozenset()

    source: Source

    @field_validator("*")
    @classmethod
    def _is_fillable(cls, value: object) -> object:
        if isinstance(value, str):
            known = ", ".join(f"{{{name}}}" for name in sorted(cls.placeholders)) or "no braces"
            unknown = sorted(placeholders(value) - cls.placeholders)
            if unknown:
                raise ValueError(f"nothing fills {{{unknown[0]}}} (known here: {known})")
            if set("{}") & set(fill(value, **dict.fromkeys(cls.placeholders, ""))):
                raise ValueError(f"a brace belongs to no placeholder (known here: {known})")
        return value


class Phrase(Template):
    """One text."""

    text: Line


class Advice(Template):
    """A text under a title."""

    title: Label
    text: Line


class WholePhrase(Phrase):
    """A text that leaves out no placeholder: what it stands for are the student's own words."""

    @field_validator("text")
    @classmethod
    def _is_whole(cls, text: str) -> str:
        missing = sorted(cls.placeholders - placeholders(text))
        if missing:
            raise ValueError(f"{{{missing[0]}}} is missing")
        return text


T = TypeVar("T", bound=Template)


def _filled_with(shape: type[T], names: Iterable[str]) -> type[T]:
    made = create_model(shape.__name__, __base__=shape)
    made.placeholders = frozenset(names)
    return made


def by_key(shape: type[T], keys: Mapping[str, Iterable[str]]) -> PlainValidator:
    """Reads a table that has one `shape` under each key, no fewer and no more, into a read-only mapping.

    `keys` also says which placeholders the texts under a key may hold.
    """
    table = _table(shape, keys)
    return PlainValidator(lambda raw: MappingProxyType(dict(table.model_validate(raw))))


def texts_by_key(keys: Mapping[str, Iterable[str]]) -> PlainValidator:
    """Like `by_key` for a `WholePhrase` under each key, of which only the text is kept."""
    table = _table(WholePhrase, keys)
    return PlainValidator(
        lambda raw: MappingProxyType({key: phrase.text for key, phrase in table.model_validate(raw)})
    )


def _table(shape: type[T], keys: Mapping[str, Iterable[str]]) -> type[Frozen]:
    fields: dict[str, Any] = {str(key): (_filled_with(shape, names), ...) for key, names in keys.items()}
    return create_model("Table", __base__=Frozen, **fields)


def inside(shape: type[Frozen], field: str) -> PlainValidator:
    """Reads a whole file of `shape` and keeps its one `field`."""

    def read(raw: object, info: ValidationInfo) -> object:
        return getattr(shape.model_validate(raw, context=info.context), field)

    return PlainValidator(read)


def unique(kind: str) -> AfterValidator:
    """Refuses the second of two equal values. The validation context remembers the first."""

    def check(value: object, info: ValidationInfo) -> object:
        seen = {} if info.context is None else info.context
        values = seen.setdefault(kind, set())
        if value in values:
            raise ValueError(f"{value!r} is there twice")
        values.add(value)
        return value

    return AfterValidator(check)


def _some(values: tuple[object, ...]) -> tuple[object, ...]:
    if not values:
        raise ValueError("there must be at least one")
    return values


SOME = AfterValidator(_some)
"""A list that is not empty. Unlike pydantic's own bound it says nothing when the entries themselves are wrong."""

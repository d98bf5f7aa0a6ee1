"""Exact versions are pinned for everything that any Python this runs on installs, on any system."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = [
    line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]
PINS = {canonicalize_name(pin.name): pin for pin in map(Requirement, LINES)}
FOR_CONTRIBUTORS = {"dev", "docs", "mutants"}
"""Extras that are not installed where tests run; constraints-dev.txt pins what they bring."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {"linux": ("posix", "Linux"), "win32": ("nt", "Windows"), "darwin": ("posix", "Darwin")}


def environment(python: str, system: str) -> dict[str, str]:
    """What the markers of requirements are about."""
    name, platform = SYSTEMS[system]
    return {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": system,
        "os_name": name,
        "platform_system": platform,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "x86_64",
    }


def wanted_by_us() -> list[Requirement]:
    """What the project names itself, with the extras that run or test it."""
    extras = [wanted for name, wanted in PROJECT["optional-dependencies"].items() if name not in FOR_CONTRIBUTORS]
    named = [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]
    return [one for one in map(Requirement, named) if one.name != PROJECT["name"]]


def asked_of(one: Requirement) -> Iterator[Requirement]:
    """What a distribution asks for in turn; nothing where it is not installed here, as other Pythons' are not."""
    try:
        found = requires(one.name) or []
    except PackageNotFoundError:
        found = []
    yield from map(Requirement, found)


def closure(where: dict[str, str]) -> list[Requirement]:
    """Every requirement that an installation with all extras there meets."""
    met, left = [], wanted_by_us()
    known: set[str] = set()
    while left:
        one = left.pop()
        met.append(one)
        if str(one) in known:
            continue
        known.add(str(one))
        extras = ["", *one.extras]
        for other in asked_of(one):
            if other.marker is None or any(other.marker.evaluate({**where, "extra": extra}) for extra in extras):
                left.append(other)
    return met


@pytest.mark.parametrize(("python", "system"), list(product(PYTHONS, SYSTEMS)))
def test_everything_that_is_installed_there_is_pinned(python: str, system: str) -> None:
    where = environment(python, system)
    for one in closure(where):
        pin = PINS.get(canonicalize_name(one.name))
        assert pin is not None, f"{one.name} is not pinned"
        assert pin.marker is None or pin.marker.evaluate(where), f"{one.name} is not pinned there"
        [exact] = pin.specifier
        assert one.specifier.contains(exact.version, prereleases=True), f"{one} does not take {pin}"


def test_nothing_is_pinned_that_nobody_installs() -> None:
    everywhere = [environment(*each) for each in product(PYTHONS, SYSTEMS)]
    assert PINS.keys() == {canonicalize_name(one.name) for where in everywhere for one in closure(where)}


def test_a_pin_is_exact_and_names_no_place() -> None:
    for line in LINES:
        assert re.fullmatch(r'[\w.-]+==[\w.]+( ; (python_version|sys_platform) [=<>]+ "[\w.]+")?', line), line
    assert len(LINES) == len(PINS)

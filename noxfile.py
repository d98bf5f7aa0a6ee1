"""Every check by name: `nox` runs what has to pass, `nox --list` says what else there is."""

import nox

PYTHONS = ("3.11", "3.12", "3.13")

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests-3.11", "lint", "types", "docs"]


def _install(session: nox.Session, extra: str, pins: str = "constraints.txt") -> None:
    session.install("-c", pins, "-e", f".[{extra}]")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The test suite on one Python; what follows `--` goes to pytest."""
    _install(session, "test")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, spelling, and files that should not be committed."""
    _install(session, "dev", "constraints-dev.txt")
    session.run("pre-commit", "run", "--all-files", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    _install(session, "test")
    session.run("mypy", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site, in `site/`; a link that leads nowhere is an error."""
    _install(session, "docs", "constraints-dev.txt")
    session.run("mkdocs", "build", "--strict", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """What things cost, as ratios within one run; `-- --quick` takes about a minute."""
    _install(session, "test")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """The faults that reminders have to survive, at full size; `-- --only kill --size 10` for a taste."""
    _install(session, "test")
    session.run("python", "-m", "tests.faults", *session.posargs)


SAMPLE = ("bot.reminders.*[369]", "bot.domain.*3")
"""Every function loses something: of the mutants of each, which are numbered, every tenth, or three in ten."""


@nox.session
def mutants(session: nox.Session) -> None:
    """Rules and reminders, broken on purpose in a sample of places, to see whether a test notices.

    `-- "bot.domain.todos*"` breaks other places; `mutmut browse` shows what came of it.
    """
    _install(session, "test,mutants", "constraints-dev.txt")
    session.run("mutmut", "run", "--max-children", "1", *(session.posargs or SAMPLE))
    session.run("mutmut", "results")

"""The pages as a site: it builds, nothing comes from another machine, and what is wrong makes the build fail."""

import re
import shutil
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.support.command_line import python

pytest.importorskip("mkdocs", reason="comes with the extra `docs`")

SITE = ("docs", "mkdocs.yml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "PRIVACY.md", "SECURITY.md")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the site is made of, to be spoilt."""
    for name in SITE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
        else:
            shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def built(folder: Path) -> tuple[int, str]:
    done = python(folder, "-m", "mkdocs", "build", "--strict", NO_MKDOCS_2_WARNING="1")
    return done.returncode, done.stdout + done.stderr


def test_it_builds_with_every_part_and_fetches_nothing(copy: Path) -> None:
    assert built(copy)[0] == 0, built(copy)[1]
    site = copy / "site"
    for page in ("students/index", "counselors/index", "operators/index", "developers/index", "PRIVACY"):
        assert (site / f"{page}.html").is_file()
    loaded = r'<(?:script|img|iframe|source)[^>]* src="(?:https?:)?//|<link[^>]*rel="stylesheet"[^>]*href="https?:'
    pages = [path for path in site.rglob("*.html") if path.name != "404.html"]
    assert [path.name for path in pages if re.search(loaded, path.read_text(encoding="utf-8"))] == []
    assert "site_hooks" not in {path.stem for path in site.rglob("*")}
    # Who reads the site has no README beside it.
    assert "developer portal" in (site / "operators/install.html").read_text(encoding="utf-8")
    # A link to a page at the top of the repository leads to the one in the site.
    assert 'href="../PRIVACY.html"' in (site / "students/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("[away](away.md)", "away.md"),
        ("[away](../students/index.md#away)", "#away"),
        ("[code](../../bot/app.py)", "bot/app.py"),
        ('<script src="https://cdn.example/a.js"></script>', "from another machine"),
        ("![far](https://cdn.example/a.png)", "from another machine"),
    ],
)
def test_what_leads_nowhere_or_elsewhere_fails(copy: Path, added: str, said: str) -> None:
    page = copy / "docs" / "counselors" / "index.md"
    page.write_text(f"{page.read_text(encoding='utf-8')}\n{added}\n", encoding="utf-8")
    code, written = built(copy)
    assert code != 0
    assert said in written


def test_a_page_that_no_menu_leads_to_fails(copy: Path) -> None:
    (copy / "docs" / "alone.md").write_text("# Alone\n", encoding="utf-8")
    code, written = built(copy)
    assert code != 0
    assert "alone.md" in written

"""For the site: takes in the pages at the top of the repository, and lets nothing in from another machine."""

import logging
import posixpath
import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.hooks.rapport")
"""Below mkdocs' own: a warning makes a strict build fail."""

TOP = ("CHANGELOG.md", "CONTRIBUTING.md", "PRIVACY.md", "SECURITY.md")
"""Where people look for them in a repository; here they are pages like the others."""
_LINK = re.compile(r"(\]\()(?!\w+:|#)([^)#]+)")
_TAKEN = re.compile(r"<!-- from README.md: (.+?) -->.*?<!-- until here -->", re.DOTALL)
"""In the repository a link to a section of the README, on the site the section itself, which has no page there."""
_LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser fetches by itself, by tag."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from the top."""
    for name in TOP:
        source = Path(config.config_file_path).with_name(name)
        files.append(File.generated(config, name, content=source.read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs hands it by name
    """Links as they stand in the repository, turned into those of the site."""
    here = page.file.src_uri
    folder = "" if here in TOP else "docs"

    def moved(found: re.Match[str]) -> str:
        there = posixpath.normpath(posixpath.join(folder, posixpath.dirname(here), found[2]))
        inside = there if there in TOP else there.removeprefix("docs/")
        return found[1] + posixpath.relpath(inside, posixpath.dirname(here) or ".")

    return _LINK.sub(moved, _TAKEN.sub(partial(_section, config), markdown))


def _section(config: MkDocsConfig, found: re.Match[str]) -> str:
    """A section of the README, with its links as they look from the page that takes it in."""
    readme = Path(config.config_file_path).with_name("README.md").read_text(encoding="utf-8")
    text = readme.split(f"\n## {found[1]}\n", 1)[1].split("\n## ", 1)[0]
    return _LINK.sub(r"\1../../\2", text)


class _Loaded(HTMLParser):
    """What a page fetches from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of it; a canonical address is no fetch."""
        named = dict(attrs)
        address = named.get(_LOADS.get(tag, "")) or ""
        if address.startswith(("http:", "https:", "//")) and named.get("rel") != "canonical":
            self.elsewhere.append(address)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001 - mkdocs hands it by name
    """Warn of everything that a reader's browser would fetch from another machine."""
    loaded = _Loaded()
    loaded.feed(output)
    for address in loaded.elsewhere:
        log.warning("%s fetches %s from another machine", page.file.src_uri, address)
    return output

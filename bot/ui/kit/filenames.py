"""Names of the files that are handed over, so that a student finds them again among the downloads."""

import re
import unicodedata

_LONGEST = 40
"""Characters of a contact's name in a file's name."""


_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_LIMIT = 100


def safe(name: str) -> str:
    """The name with nothing in it but what every system and Discord's addresses of files take; never empty."""
    return _UNSAFE.sub("-", name).strip("-.")[-_LIMIT:].lstrip("-.") or "file.txt"


def filename(kind: str, contact: str, ending: str = "txt") -> str:
    """Such as "request-ana-nunez.txt"; a name without Latin letters is left out."""
    latin = unicodedata.normalize("NFKD", contact).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", latin))[:_LONGEST].strip("-")
    return f"{kind}-{slug}.{ending}" if slug else f"{kind}.{ending}"

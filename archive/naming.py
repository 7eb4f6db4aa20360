"""What topics are called elsewhere: names, URIs and IPTC codes, turned into slugs."""

import re
import unicodedata
from collections.abc import Iterable

from copytaster.model.taxonomy import Taxonomy

_MEDIA_TOPIC = re.compile(r"https?://cv\.iptc\.org/newscodes/mediatopic/(\d{8})/?|medtop:(\d{8})")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


class Names:
    """Finds the topic that a label or URI from another system means.

    A name that two topics share means neither.

    Parameters
    ----------
    taxonomy : Taxonomy

    Attributes
    ----------
    taxonomy : Taxonomy
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._slugs = frozenset(taxonomy.slugs)
        self._uris = _unique((_uri(topic.uri), topic.slug) for topic in taxonomy if topic.uri)
        self._folded = _unique((_fold(topic.name), topic.slug) for topic in taxonomy)
        # A slug is the surer sign where it reads like another topic's name.
        self._folded |= _unique((_fold(slug), slug) for slug in taxonomy.slugs)

    def slug(self, name: str) -> str | None:
        """Return the slug of the topic that *name* means, or ``None`` where none is known.

        It may be the slug, the name in any case with blanks, hyphens or underscores between its
        words, the URI with or without angle brackets, or an IPTC Media Topic as ``medtop:`` and
        eight digits. An old slug is left as it is.
        """
        bare = name.strip().removeprefix("<").removesuffix(">").strip()
        if bare in self._slugs or bare in self.taxonomy.redirects:
            return bare
        return self._uris.get(_uri(bare)) or self._folded.get(_fold(bare))


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, slug in pairs:
        found.setdefault(name, set()).add(slug)
    return {name: min(slugs) for name, slugs in found.items() if len(slugs) == 1}


def _uri(uri: str) -> str:
    found = _MEDIA_TOPIC.fullmatch(uri.strip())
    return f"medtop:{found[1] or found[2]}" if found else uri.strip()


def _fold(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _BETWEEN_WORDS.sub(" ", folded).strip()

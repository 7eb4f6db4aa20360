"""The topics that a newsroom tags with."""

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copytaster.model.errors import TaxonomyError
from copytaster.model.redirects import Redirects

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHARES = ("auto_precision", "auto_confidence")
_KEYS = frozenset({"slug", "name", "definition", "uri", "parent", "terms", *_SHARES})


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry of the taxonomy.

    Attributes
    ----------
    slug, name : str
        What the CMS stores, and what an editor reads.
    definition : str
        What is in and what is out.
    uri : str or None
        The IPTC Media Topic that means exactly the same, if there is one.
    parent : str or None
        The slug of the broader topic.
    terms : tuple of str
        Signature terms: words and names that speak for the topic, used as weak examples.
    auto_precision, auto_confidence : float or None
        What the tier ``auto`` is to promise for this topic, above 0 and below 1; ``None``: what
        the training run asks for all topics.
    """

    slug: str
    name: str
    definition: str = ""
    uri: str | None = None
    parent: str | None = None
    terms: tuple[str, ...] = ()
    auto_precision: float | None = None
    auto_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """An ordered set of topics with unique slugs, and what old slugs mean.

    Raises
    ------
    TaxonomyError
        If a slug is used twice, a parent is not a topic, or a redirect leads to none or from one.
    """

    topics: tuple[Topic, ...]
    source: str = field(default="taxonomy", compare=False)
    redirects: Redirects = field(default_factory=Redirects)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for topic in self.topics:
            if topic.slug in seen:
                raise TaxonomyError(self.source, f"the slug {topic.slug!r} is used twice")
            seen.add(topic.slug)
        parents = {topic.slug: topic.parent for topic in self.topics}
        for topic in self.topics:
            if topic.parent is not None and topic.parent not in seen:
                raise TaxonomyError(
                    self.source, f"{topic.slug}: the parent {topic.parent!r} is not a topic"
                )
            line = [topic.slug]
            while (above := parents.get(line[-1])) is not None:
                if above in line:
                    raise TaxonomyError(self.source, f"{topic.slug}: is its own ancestor")
                line.append(above)
        self._check_redirects(seen)

    def _check_redirects(self, slugs: set[str]) -> None:
        for slug, targets in self.redirects.targets.items():
            if slug in self.redirects and slug in slugs:
                raise TaxonomyError(
                    self.source, f"{slug}: is a topic, so it cannot be redirected; keep one of both"
                )
            for target in targets:
                if target not in slugs and target not in self.redirects:
                    raise TaxonomyError(
                        self.source, f"{slug}: is redirected to {target!r}, which is not a topic"
                    )

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics)

    def __len__(self) -> int:
        return len(self.topics)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The slugs, in order."""
        return tuple(topic.slug for topic in self.topics)

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of everything that the topics and redirects say."""
        said: list[Any] = [as_json(topic) for topic in self]
        if self.redirects:
            said.append(redirects_as_json(self.redirects))
        text = json.dumps(said, ensure_ascii=True, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_slugs(cls, slugs: Sequence[str], source: str = "data") -> "Taxonomy":
        """Make a taxonomy of bare topics, named by their slugs, from labels found in data."""
        return cls(tuple(Topic(slug=slug, name=slug) for slug in sorted(set(slugs))), source)

    @classmethod
    def load(cls, path: Path) -> "Taxonomy":
        """Read a taxonomy from a JSON file: ``{"topics": [{"slug": …, "name": …}, …]}``.

        Beside the topics there may be ``"redirects": {"old-slug": ["new-slug", …] or null}``.

        Raises
        ------
        TaxonomyError
            Naming the file, and the topic and field that are wrong.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
            document = json.loads(text)
            json.dumps(document, ensure_ascii=False).encode()  # refuses half a surrogate pair
        except OSError as error:
            raise TaxonomyError(str(path), f"cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise TaxonomyError(str(path), f"is not JSON in UTF-8 ({error})") from None
        entries = document.get("topics") if isinstance(document, dict) else None
        if not isinstance(entries, list) or not entries:
            raise TaxonomyError(str(path), 'expected {"topics": [ … ]} with at least one topic')
        topics = tuple(_topic(entry, n, str(path)) for n, entry in enumerate(entries, 1))
        return cls(topics, str(path), redirects_from_json(document.get("redirects"), str(path)))


def as_json(topic: Topic) -> dict[str, Any]:
    """Return *topic* as the JSON object that ``Taxonomy.load`` reads."""
    return {
        "slug": topic.slug,
        "name": topic.name,
        "definition": topic.definition,
        "uri": topic.uri,
        "parent": topic.parent,
        "terms": list(topic.terms),
        "auto_precision": topic.auto_precision,
        "auto_confidence": topic.auto_confidence,
    }


def from_json(entry: Mapping[str, Any]) -> Topic:
    """Return the topic that :func:`as_json` wrote; the entry is trusted."""
    return Topic(**{**entry, "terms": tuple(entry["terms"])})


def redirects_as_json(redirects: Redirects) -> dict[str, list[str] | None]:
    """Return *redirects* as the JSON object that ``Taxonomy.load`` reads; null for no topic."""
    return {slug: list(targets) or None for slug, targets in sorted(redirects.targets.items())}


def redirects_from_json(entry: object, source: str) -> Redirects:
    """Return the redirects that a JSON value says, ``None`` for none of them.

    Raises
    ------
    TaxonomyError
        Naming the slug that is wrong, or the circle.
    """
    if entry is None:
        return Redirects()
    if not isinstance(entry, dict):
        raise TaxonomyError(source, 'redirects: expected {"old-slug": ["new-slug"] or null, …}')
    for slug, targets in entry.items():
        named = isinstance(targets, list) and targets and all(isinstance(t, str) for t in targets)
        if targets is not None and not named:
            raise TaxonomyError(source, f"redirects: {slug}: expected a list of slugs, or null")
    return Redirects({slug: tuple(targets or ()) for slug, targets in entry.items()}, source)


def advice(slug: str, known: Iterable[str]) -> str:
    """Return what to say of a slug that is not *known*: those of a like name, if there are any."""
    near = difflib.get_close_matches(slug, sorted(known), n=3)
    return f"did you mean {' or '.join(near)}?" if near else "it is not in the taxonomy"


def _topic(entry: object, number: int, source: str) -> Topic:
    if not isinstance(entry, dict):
        raise TaxonomyError(source, f"topic {number} is not an object")
    return checked(entry, source, f"topic {number} ({entry.get('slug', 'no slug')})")


def checked(entry: Mapping[str, Any], source: str, where: str) -> Topic:
    """Return the topic that a JSON object says; raises :class:`TaxonomyError`, naming the field."""
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise TaxonomyError(
            source, f"{where}: unknown field {unknown[0]!r}; known: {sorted(_KEYS)}"
        )
    slug = entry.get("slug")
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise TaxonomyError(source, f"{where}: slug must be lower-case words joined by hyphens")
    for name in ("name", "definition", "uri", "parent"):
        if not isinstance(entry.get(name), str | None):
            raise TaxonomyError(source, f"{where}: {name} must be a string")
    terms = entry.get("terms", [])
    if not isinstance(terms, list) or not all(isinstance(t, str) and t.strip() for t in terms):
        raise TaxonomyError(source, f"{where}: terms must be a list of non-empty strings")
    for name in _SHARES:
        if not _is_share(entry.get(name)):
            raise TaxonomyError(source, f"{where}: {name} must be above 0 and below 1, as 0.95")
    return Topic(
        slug=slug,
        name=entry.get("name") or slug,
        definition=entry.get("definition") or "",
        uri=entry.get("uri"),
        parent=entry.get("parent"),
        terms=tuple(terms),
        auto_precision=entry.get("auto_precision"),
        auto_confidence=entry.get("auto_confidence"),
    )


def _is_share(value: object) -> bool:
    return value is None or (isinstance(value, float) and 0 < value < 1)

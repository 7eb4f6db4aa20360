"""Changes to a taxonomy: add, rename, split, merge and retire topics, old slugs kept in mind."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from copytaster.model import files
from copytaster.model.errors import TaxonomyError
from copytaster.model.redirects import Redirects
from copytaster.model.taxonomy import (
    Taxonomy,
    Topic,
    advice,
    as_json,
    checked,
    redirects_as_json,
)


def add(taxonomy: Taxonomy, topic: Topic) -> Taxonomy:
    """Return *taxonomy* with one more *topic*; a retired slug may come back.

    Raises
    ------
    TaxonomyError
        If the slug is no slug, is taken, or is the old name of a topic that goes on.
    """
    checked(as_json(topic), taxonomy.source, topic.slug)
    if topic.slug in taxonomy.slugs:
        raise TaxonomyError(taxonomy.source, f"{topic.slug!r} is a topic already")
    targets = _free(taxonomy, topic.slug)
    return _with(taxonomy, (*taxonomy.topics, topic), targets)


def rename(taxonomy: Taxonomy, old: str, new: str, name: str | None = None) -> Taxonomy:
    """Return *taxonomy* with the slug *old* changed to *new*, and the topic's *name* if given.

    Raises
    ------
    TaxonomyError
        If there is no topic *old*, or *new* is no slug or taken.
    """
    _must_have(taxonomy, [old])
    if new != old and new in taxonomy.slugs:
        raise TaxonomyError(taxonomy.source, f"{new!r} is a topic already; merge {old!r} into it")
    topics = []
    for topic in taxonomy:
        here = replace(topic, slug=new, name=name or topic.name) if topic.slug == old else topic
        topics.append(replace(here, parent=new) if here.parent == old else here)
        checked(as_json(topics[-1]), taxonomy.source, topics[-1].slug)
    if new == old:
        return _with(taxonomy, topics, taxonomy.redirects.targets)
    targets = _free(taxonomy, new, of=old)
    if targets.pop(old, None):  # it had taken others in
        targets[new] = (new,)
    return _with(taxonomy, topics, {**targets, old: (new,)})


def merge(taxonomy: Taxonomy, merged: Sequence[str], into: str) -> Taxonomy:
    """Return *taxonomy* with the topics *merged* taken into the topic *into*.

    Raises
    ------
    TaxonomyError
        If one of them is no topic, or *into* is to be merged into itself.
    """
    _must_have(taxonomy, [*merged, into])
    if into in merged:
        raise TaxonomyError(taxonomy.source, f"{into!r} cannot be merged into itself")
    targets = {slug: to for slug, to in taxonomy.redirects.targets.items() if slug not in merged}
    targets |= dict.fromkeys(merged, (into,)) | {into: (into,)}
    return _with(taxonomy, _without(taxonomy, merged, into), targets)


def split(taxonomy: Taxonomy, slug: str, parts: Sequence[str]) -> Taxonomy:
    """Return *taxonomy* without the topic *slug*, whose parts are topics already.

    Raises
    ------
    TaxonomyError
        If one of them is no topic, or there are fewer than two parts.
    """
    missing = [part for part in parts if part not in taxonomy.slugs]
    if missing:
        raise TaxonomyError(
            taxonomy.source, f"{missing[0]!r} is not a topic; add the parts first, then split"
        )
    _must_have(taxonomy, [slug])
    if slug in parts or len(set(parts)) < 2:  # noqa: PLR2004  # as a split has
        raise TaxonomyError(
            taxonomy.source, f"{slug!r} needs two other topics to be split into; else rename it"
        )
    targets = {**taxonomy.redirects.targets, slug: tuple(parts)}
    return _with(taxonomy, _without(taxonomy, [slug], None), targets)


def retire(taxonomy: Taxonomy, slugs: Sequence[str]) -> Taxonomy:
    """Return *taxonomy* without the topics *slugs*; their labels mean nothing from now on.

    Raises
    ------
    TaxonomyError
        If one of them is no topic, or no topic would be left.
    """
    _must_have(taxonomy, slugs)
    topics = _without(taxonomy, slugs, None)
    if not topics:
        raise TaxonomyError(taxonomy.source, "a taxonomy needs a topic; add another one first")
    return _with(taxonomy, topics, {**taxonomy.redirects.targets, **dict.fromkeys(slugs, ())})


def beside(serving: Taxonomy, wanted: Taxonomy | None) -> Taxonomy:
    """Return the topics *serving*, and behind them those *wanted* that do not serve yet.

    A slug that *wanted* has as a topic is one, even where *serving* calls it an old one: it was
    retired, and came back.

    Parameters
    ----------
    serving : Taxonomy
        Of a tagger.
    wanted : Taxonomy or None
        Of the newsroom's own file, if there is one.
    """
    known = frozenset(serving.slugs)
    new = [topic for topic in wanted or () if topic.slug not in known]
    if not new:
        return serving
    slugs = known | {topic.slug for topic in new}
    placed = (
        replace(topic, parent=topic.parent if topic.parent in slugs else None) for topic in new
    )
    own = frozenset(topic.slug for topic in new)
    targets = {old: to for old, to in serving.redirects.targets.items() if old not in own}
    return Taxonomy((*serving, *placed), serving.source, Redirects(targets, serving.source))


def write(taxonomy: Taxonomy, path: Path) -> None:
    """Write *taxonomy* to *path*, whole or not at all; other fields of a file there are kept.

    Raises
    ------
    TaxonomyError
        If the file that is there cannot be read, or this one could not.
    """
    must_be_readable(taxonomy)
    kept: Mapping[str, Any] = {}
    if path.exists():
        Taxonomy.load(path)  # what is there is not to be lost unread
        kept = json.loads(path.read_text(encoding="utf-8-sig"))
    said = {**kept, "redirects": None, **document(taxonomy)}
    if said["redirects"] is None:
        del said["redirects"]
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_text(path, json.dumps(said, ensure_ascii=False, indent=1) + "\n")


def must_be_readable(taxonomy: Taxonomy) -> None:
    """Refuse a taxonomy that no file may hold, such as one whose slugs came from data.

    Raises
    ------
    TaxonomyError
        Naming the topic.
    """
    for topic in taxonomy:
        try:
            checked(as_json(topic), taxonomy.source, topic.slug)
        except TaxonomyError as error:
            problem = str(error).removeprefix(f"{taxonomy.source}: ")
            how = "such topics cannot be edited: train with a taxonomy first (--taxonomy)"
            raise TaxonomyError(taxonomy.source, f"{problem}; {how}") from None


def document(taxonomy: Taxonomy) -> dict[str, Any]:
    """Return *taxonomy* as the JSON object that ``Taxonomy.load`` reads, without empty fields."""
    redirects = redirects_as_json(taxonomy.redirects)
    topics = [_brief(topic) for topic in taxonomy]
    return {"topics": topics, **({"redirects": redirects} if redirects else {})}


def _brief(topic: Topic) -> dict[str, Any]:
    return {name: value for name, value in as_json(topic).items() if value not in (None, [], "")}


def _must_have(taxonomy: Taxonomy, slugs: Iterable[str]) -> None:
    for slug in slugs:
        if slug in taxonomy.redirects:
            now = " and ".join(taxonomy.redirects.ends(slug)) or "nothing: it was retired"
            raise TaxonomyError(taxonomy.source, f"{slug!r} is an old slug; it means {now}")
        if slug not in taxonomy.slugs:
            raise TaxonomyError(
                taxonomy.source, f"no topic {slug!r}; {advice(slug, taxonomy.slugs)}"
            )


def _free(taxonomy: Taxonomy, slug: str, of: str | None = None) -> dict[str, tuple[str, ...]]:
    """Return the redirects without one from *slug*, which is to be a topic's.

    One that leads nowhere, or just to the topic *of* that gets the slug back, is given up.
    """
    targets = dict(taxonomy.redirects.targets)
    if slug in taxonomy.redirects:
        now = taxonomy.redirects.ends(slug)
        if now and now != (of,):
            raise TaxonomyError(
                taxonomy.source,
                f"{slug!r} is an old slug that means {' and '.join(now)}; take another one, "
                "or labels that bear it would change their meaning",
            )
        del targets[slug]
    return targets


def _without(taxonomy: Taxonomy, slugs: Sequence[str], heir: str | None) -> list[Topic]:
    """Return the topics but *slugs*; what was below one is below its *heir* or the next above."""
    above = {topic.slug: topic.parent for topic in taxonomy}
    kept = []
    for topic in taxonomy:
        parent = topic.parent
        while parent is not None and parent in slugs:
            parent = above[parent] if heir in (None, topic.slug) else heir
        if topic.slug not in slugs:
            kept.append(replace(topic, parent=parent))
    return kept


def _with(
    taxonomy: Taxonomy, topics: Iterable[Topic], targets: Mapping[str, tuple[str, ...]]
) -> Taxonomy:
    return Taxonomy(tuple(topics), taxonomy.source, Redirects(targets, taxonomy.source))

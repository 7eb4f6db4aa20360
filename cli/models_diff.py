"""Tables of how two trained versions differ."""

from collections.abc import Iterator

from rich.table import Table

from copytaster.cli.models_report import figure, settings, since
from copytaster.cli.screen import table
from copytaster.model.difference import Change, Difference
from copytaster.model.manifest import Manifest

#: So much of an article without a headline is shown, in characters.
_START = 80


def manifests(before: Manifest, after: Manifest) -> Iterator[Table]:
    """Give the topics, settings and accuracy of two versions side by side."""
    yield _facts(before, after)
    changed = _changed_topics(before, after)
    if changed:
        yield table("Topics that changed", ("topic", "change"), changed, words=True)
    yield _accuracy(before, after)


def _facts(before: Manifest, after: Manifest) -> Table:
    rows = [("version", before.version, after.version)]
    for name, label in (("articles", "articles"), ("newest", "newest article")):
        old_fact, new_fact = (str(one.data.get(name) or "-") for one in (before, after))
        rows.append((label, old_fact, new_fact))
    for name in ("micro", "macro"):
        old_f1, new_f1 = (figure(one.metrics.get(name, {}).get("f1")) for one in (before, after))
        rows.append((f"{name} F1, cross-validated", old_f1, new_f1))
    done = [since(one) for one in (before, after)]
    if done[0] != done[1]:
        was, is_now = ("; ".join(lines) or "-" for lines in done)
        rows.append(("single topics since the training", was, is_now))
    old, new = dict(settings(before)), dict(settings(after))
    rows += [
        (f"setting {name}", old.get(name, "-"), new.get(name, "-"))
        for name in {**old, **new}
        if old.get(name, "-") != new.get(name, "-")
    ]
    return table("Two versions", ("", "before", "after"), rows, words=True)


def _changed_topics(before: Manifest, after: Manifest) -> list[tuple[str, str]]:
    old = {topic.slug: topic for topic in before.taxonomy}
    new = {topic.slug: topic for topic in after.taxonomy}
    rows = [(slug, "added") for slug in new if slug not in old]
    rows += [(slug, "removed") for slug in old if slug not in new]
    for slug in (slug for slug in old if slug in new and old[slug] != new[slug]):
        fields = [
            name
            for name in ("name", "definition", "uri", "parent", "terms")
            if getattr(old[slug], name) != getattr(new[slug], name)
        ]
        rows.append((slug, f"another {', '.join(fields) or 'promise of auto'}"))
    return rows


def _accuracy(before: Manifest, after: Manifest) -> Table:
    rows = []
    for slug in dict.fromkeys([*before.taxonomy.slugs, *after.taxonomy.slugs]):
        old, new = (one.metrics["topics"].get(slug, {}) for one in (before, after))
        gain = f"{new['f1'] - old['f1']:+.3f}" if old and new else "-"
        proven = (figure(one.get("auto", {}).get("proven")) for one in (old, new))
        counts = (str(one.get("articles", "-")) for one in (old, new))
        rows.append((slug, *counts, figure(old.get("f1")), figure(new.get("f1")), gain, *proven))
    columns = ("topic", "articles", "after", "F1", "after", "gain", "auto proven", "after")
    return table("Each cross-validated on its own articles", columns, rows)


def tags(found: Difference, what: str) -> Iterator[Table | str]:
    """Give how many of the articles get other tags, for which topics, and examples.

    Parameters
    ----------
    found : Difference
    what : str
        What was tagged, such as ``articles``.
    """
    changed = [(slug, one) for slug, one in found.topics.items() if one.changed]
    if changed:
        changed.sort(key=lambda item: (-item[1].changed, item[0]))
        counts = [
            (slug, one.before, one.after, one.gained, one.lost, one.moved, one.changed)
            for slug, one in changed
        ]
        rows = [(*row[:-1], f"{row[-1] / found.articles:.1%}") for row in counts]
        columns = ("topic", "tagged", "after", "gained", "lost", "other tier", f"of all {what}")
        yield table("Tags that change", columns, rows)
    if found.examples:
        shown = [(_title(one), _tag_changes(one)) for one in found.examples]
        title = "Examples (+ gained, - lost, ~ other tier)"
        yield table(title, ("article", "tags"), shown, words=True)
    share = f" ({found.other_tags / found.articles:.1%})" if found.articles else ""
    yield (
        f"{found.other_tags:,} of {found.articles:,} {what}{share} get other topics, and "
        f"{found.other_tiers:,} the same ones with another tier."
    )


def _title(change: Change) -> str:
    article = change.article
    return " ".join(filter(None, (article.id, article.headline or article.text[:_START])))


def _tag_changes(change: Change) -> str:
    old, new = change.before, change.after
    parts = [f"+ {slug} ({new[slug]})" for slug in new if slug not in old]
    parts += [f"- {slug} ({old[slug]})" for slug in old if slug not in new]
    parts += [
        f"~ {slug} ({old[slug]}, then {new[slug]})"
        for slug in old
        if slug in new and old[slug] != new[slug]
    ]
    return "  ".join(parts)

"""Topics that serve, and of which nothing can be learned yet: no article is known to be without."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from copytaster.archive.order import Order
from copytaster.archive.scope import Scope
from copytaster.model.errors import CorpusError
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import amended, following, material, newcomer, successor
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.cut import Cut
from copytaster.training.held_out import Contender


def carriable(champion: Contender | None, wanted: Taxonomy, recipe: Recipe) -> frozenset[str]:
    """Return the topics that a challenger can have without learning of them, as *champion* has.

    These were never trained, and have terms or a definition in the taxonomy that is *wanted*.
    A *recipe* for topics that exclude each other leaves no room for such a one.
    """
    if champion is None or recipe.exclusive:
        return frozenset()
    drawn = amended.untrained(champion.tagger.manifest)
    return frozenset(
        topic.slug for topic in wanted if topic.slug in drawn and newcomer.examples(topic)
    )


def must_be_told(lesson: Corpus, served: Sequence[str]) -> None:
    """Refuse a *lesson* that tells nothing from a topic that is *served*.

    Raises
    ------
    CorpusError
        Naming the topics, and the ways out.
    """
    every = np.arange(len(lesson.articles))
    untold = [slug for slug in material.untold(lesson, every) if slug in served]
    if untold:
        raise _untold(untold)


def narrowed(
    cut: Cut, order: Order, corpus: Corpus, learned: NDArray[np.int64]
) -> tuple[Cut, tuple[str, ...]]:
    """Leave topics as they are that cannot be fitted anew to the rows *learned* of *corpus*.

    Returns
    -------
    cut : Cut
        Of the others.
    waiting : tuple of str
        The slugs that stay as they are.

    Raises
    ------
    CorpusError
        If none is left.
    """
    untold, refitted = material.untold(corpus, learned), cut.scope.refitted
    waiting = tuple(slug for slug in refitted if slug in untold)
    if not waiting:
        return cut, ()
    left = tuple(slug for slug in refitted if slug not in untold)
    if not left:
        raise _untold(waiting)
    frozen = (*cut.scope.frozen, *waiting)
    smaller = replace(order, topics=left) if order.topics else replace(order, freeze=frozen)
    scope = Scope.of(smaller, cut.before.manifest.taxonomy)
    return replace(cut, scope=scope or cut.scope), waiting


def beside(lesson: Taxonomy, every: Taxonomy, carried: frozenset[str]) -> Taxonomy:
    """Return the topics of a *lesson*, and behind them those of *every* that are *carried* over."""
    if not carried:
        return lesson
    topics = (*lesson, *(topic for topic in every if topic.slug in carried))
    redirects = every.redirects.within(frozenset(topic.slug for topic in topics))
    return Taxonomy(following.placed(topics, every), every.source, redirects)


def carry(version: str, wanted: Taxonomy, lesson: Corpus, own: Registry, key: bytes | None) -> str:
    """Add to *version* what is *wanted* besides, as :func:`newcomer.add` does.

    The topics are told from the articles of the *lesson*, which *version* learned from.

    Returns
    -------
    str
        The version of the registry *own* that has them all.
    """
    if wanted is lesson.taxonomy:
        return version
    texts = [item.article for item in lesson.articles]
    found = successor.follow(version, wanted, lambda: texts, own, key)
    return found.version or version


def _untold(slugs: Sequence[str]) -> CorpusError:
    named = ", ".join(slugs)
    return CorpusError(
        f"no article to learn from is known not to be about {named}, so nothing can be learned of "
        "it yet; send an article without it that is complete or lists it in not_topics, import "
        "what it was once trained on (copytaster archive import), or retire it (copytaster topics "
        "retire)"
    )

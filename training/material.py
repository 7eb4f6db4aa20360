"""What a challenger may learn from: the archive's articles, and the seeds where they are wanted."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from copytaster.archive import relabelled
from copytaster.archive.labelled import LabelledArticle
from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import following
from copytaster.training.corpus import NO, Corpus
from copytaster.training.held_out import Contender


def topics(champion: Contender | None, seeds: Corpus) -> Taxonomy:
    """Return the topics to learn: the champion's, and before there is one those of the seeds."""
    return seeds.taxonomy if champion is None else champion.tagger.taxonomy


def some_topics(now: Taxonomy, wanted: Taxonomy, slugs: Iterable[str]) -> Taxonomy:
    """Return the topics *now*, of which those in *slugs* say what they say in *wanted*, if they do.

    Their places, and old slugs, are as now.
    """
    said = {topic.slug: topic for topic in wanted}
    chosen = frozenset(slugs) & said.keys()
    topics = (
        replace(said[topic.slug], parent=topic.parent) if topic.slug in chosen else topic
        for topic in now
    )
    return Taxonomy(tuple(topics), now.source, now.redirects)


def learned_seeds(champion: Contender | None, seeds: Corpus) -> bool:
    """Return whether the *champion* learned from the seeds; before there is one, it would."""
    if champion is None:
        return True
    if champion.seen is None:
        return champion.tagger.taxonomy.digest == seeds.taxonomy.digest
    return bool(np.isin(seeds.keys, champion.seen).any())


def gather(
    items: Iterable[LabelledArticle],
    taxonomy: Taxonomy,
    seeds: Corpus | None = None,
    *,
    one_topic: bool = False,
) -> Corpus:
    """Put together all articles that teach something about a topic of *taxonomy*.

    Parameters
    ----------
    items : iterable of LabelledArticle
        The archive's. Old slugs are read as what they mean today; labels for other topics are
        left out.
    taxonomy : Taxonomy
    seeds : Corpus or None
        An article that the archive has too, by identifier or content, counts as the archive's.
    one_topic : bool
        Whether to leave out what has not exactly one topic.

    Raises
    ------
    CorpusError
        If nothing is left.
    """
    known = frozenset(taxonomy.slugs)
    today = (relabelled.today(item, taxonomy) for item in items)
    own = [item for item in (_within(item, known) for item in today) if _teaches(item)]
    found = [*(_besides(own, seeds, taxonomy) if seeds is not None else ()), *own]
    if one_topic:
        found = [item for item in found if len(item.yes) == 1]
    if not found:
        raise CorpusError(
            "the archive holds no article with a label for a topic that is served; send some "
            "(POST /articles), or import them (copytaster archive import)"
        )
    return Corpus(tuple(found), taxonomy)


def untold(corpus: Corpus, learned: NDArray[np.int64]) -> tuple[str, ...]:
    """Return the topics that none of the rows *learned*, (n_learned,), is known not to be about."""
    told = (corpus.labels[learned] == NO).any(axis=0).tolist()
    pairs = zip(corpus.taxonomy.slugs, told, strict=True)
    return tuple(slug for slug, one in pairs if not one)


def teachable(
    corpus: Corpus, learned: NDArray[np.int64], needed: AbstractSet[str]
) -> tuple[Corpus, tuple[str, ...]]:
    """Leave out topics that no article is known not to be about, and that can be done without.

    So the first labels of a new topic, all of them a yes, do not hold up the others' training.

    Parameters
    ----------
    corpus : Corpus
    learned : ndarray of shape (n_learned,), int64
        The rows that are learned from.
    needed : set of str
        Topics that are never left out.

    Returns
    -------
    corpus : Corpus
        The same articles in the same order.
    waiting : tuple of str
        The slugs that were left out.
    """
    taxonomy = corpus.taxonomy
    waiting = tuple(slug for slug in untold(corpus, learned) if slug not in needed)
    kept = tuple(topic for topic in taxonomy if topic.slug not in waiting)
    if not waiting or not kept:
        return corpus, ()
    slugs = frozenset(topic.slug for topic in kept)
    smaller = Taxonomy(
        following.placed(kept, taxonomy), taxonomy.source, taxonomy.redirects.within(slugs)
    )
    articles = tuple(_within(item, slugs) for item in corpus.articles)
    return Corpus(articles, smaller, corpus.unlabelled), waiting


def _within(item: LabelledArticle, known: frozenset[str]) -> LabelledArticle:
    if item.yes <= known and item.no <= known:
        return item
    return replace(item, yes=item.yes & known, no=item.no & known)


def _teaches(item: LabelledArticle) -> bool:
    return item.complete or bool(item.yes or item.no)


def _besides(
    own: list[LabelledArticle], seeds: Corpus, taxonomy: Taxonomy
) -> Iterator[LabelledArticle]:
    """Yield the seeds that are not in the archive; of a newsroom's own topics they say nothing."""
    known = frozenset(taxonomy.slugs)
    ends = (taxonomy.redirects.ends(slug) for slug in seeds.taxonomy.slugs)
    shared = known & frozenset(slug for one in ends for slug in one)
    names, keys = {item.id for item in own}, Corpus(tuple(own), seeds.taxonomy).keys
    there = np.isin(seeds.keys, keys).tolist()
    for old, twice in zip(seeds.articles, there, strict=True):
        item = relabelled.today(old, taxonomy)
        if twice or item.id in names or not shared:
            continue
        if item.complete and shared != known:
            yield replace(item, yes=item.yes & shared, no=shared - item.yes, complete=False)
        else:
            yield _within(item, shared)

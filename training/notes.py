"""What a retraining's outcome says besides: topics that wait, and articles that are gone."""

from collections.abc import Sequence

import numpy as np

from copytaster.training.corpus import Corpus
from copytaster.training.held_out import Contender

_NO_NO = "no article to learn from is known not to be about it; send some with a no (not_topics)"
_NO_YES = "no article to learn from is about it (the newest are kept to judge by)"


def waiting(slugs: Sequence[str], carried: frozenset[str], *, cut: bool) -> tuple[str, ...]:
    """Return what becomes of the topics *slugs*, which nothing can be told from yet.

    Parameters
    ----------
    slugs : sequence of str
    carried : frozenset of str
        Those that the challenger has all the same.
    cut : bool
        Whether some topics of the champion are fitted anew, and the others stay.
    """
    as_before = "was not trained, and is suggested by its terms and definition alone, as before"
    other = "stays as it is" if cut else "waits"
    return tuple(f"{one} {as_before if one in carried else other}: {_NO_NO}." for one in slugs)


def kept(slugs: Sequence[str]) -> tuple[str, ...]:
    """Return that the topics *slugs* stay, for want of an article about them."""
    return tuple(f"{slug} stays as it is: {_NO_YES}." for slug in slugs)


def lost(champion: Contender | None, corpus: Corpus) -> tuple[str, ...]:
    """Return how many articles that *champion* learned from are not in *corpus*, if any."""
    if champion is None or champion.seen is None:
        return ()
    gone = int((~np.isin(champion.seen, corpus.keys)).sum())
    if not gone:
        return ()
    words = (
        f"{gone} of the {champion.seen.size} articles that {champion.tagger.version} learned from "
        "are not in the archive, so no challenger learns from them: import them (copytaster "
        "archive import)."
    )
    return (words,)

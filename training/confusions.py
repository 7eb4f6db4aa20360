"""Which topics are taken for which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from copytaster.training.corpus import NO, YES

#: How many pairs are reported.
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Confusion:
    """A topic that was missed where another was wrongly given.

    Attributes
    ----------
    missed, given : str
        Slugs.
    articles : int
        How many articles this happened to.
    """

    missed: str
    given: str
    articles: int


def confusions(
    decided: NDArray[np.bool_], labels: NDArray[np.int8], slugs: Sequence[str]
) -> tuple[Confusion, ...]:
    """Return the most frequent confusions, at most thirty, most frequent first.

    Parameters
    ----------
    decided, labels : ndarray of shape (n_articles, n_topics), bool and int8
    slugs : sequence of str
        The topics of the columns.
    """
    missed = sp.csc_matrix(~decided & (labels == YES), dtype=np.int64)
    wrong = sp.csc_matrix(decided & (labels == NO), dtype=np.int64)
    pairs = (missed.T @ wrong).tocoo()
    found = [
        Confusion(slugs[row], slugs[column], n)
        for row, column, n in zip(
            pairs.row.tolist(), pairs.col.tolist(), pairs.data.tolist(), strict=True
        )
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.articles, pair.missed, pair.given))[:SHOWN])

"""What share of a text's words a tagger should know, from articles that it had not seen."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

#: The quantile of held-out articles from which a text is familiar.
_UNFAMILIAR = 0.01
#: The quantile below which the language is doubted, kept within bounds: texts in another
#: language have at most half of their words known (docs/decisions.md), a headline rather more.
_DOUBTFUL = 0.05
_DOUBTFUL_BOUNDS = (0.5, 0.8)


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Two limits on the share of known tokens.

    Attributes
    ----------
    familiar_from : float
        99 % of held-out articles have at least this share, 0 to 1.
    doubtful_below : float
        Texts in another language have less; 0.5 to 0.8.
    """

    familiar_from: float
    doubtful_below: float

    def as_json(self) -> dict[str, float]:
        """Return the limits by name."""
        return asdict(self)


def fit(known: NDArray[np.float64]) -> Familiarity:
    """Choose the limits.

    Parameters
    ----------
    known : ndarray of shape (n_articles,), float64
        The share, 0 to 1, of each article's tokens that the other folds know.
    """
    familiar, doubtful = np.quantile(known, [_UNFAMILIAR, _DOUBTFUL])
    return Familiarity(
        round(float(familiar), 4), round(float(np.clip(doubtful, *_DOUBTFUL_BOUNDS)), 4)
    )

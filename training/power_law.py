"""A learning curve as an inverse power law, and where it leads."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

#: Fewer different points determine no curve.
FEWEST = 4
#: A curve that misses its points by more (root mean square, in F1) says nothing.
_ROUGH = 0.05
#: Residuals above it count linearly: one odd point does not bend the curve.
_OUTLIER = 0.03
#: Least and most for ceiling, drop and exponent, and where the search starts.
_LOW, _HIGH, _START = (0.0, 0.0, 0.1), (1.0, 3.0, 2.0), (0.9, 1.0, 0.5)


def gain(articles: NDArray[np.int64], f1: NDArray[np.float64], more: int) -> float:
    """Return what *more* articles are likely to add to F1, 0 to 1, or nan.

    Parameters
    ----------
    articles : ndarray of shape (n_points,), int64
        How many articles with the topic were trained on.
    f1 : ndarray of shape (n_points,), float64
        The F1 that they gave.
    more : int
        How many more than the most tried.

    Returns
    -------
    float
        nan where fewer than four different numbers of articles were tried, or the points are
        too rough to draw a curve through.

    Notes
    -----
    F1(n) = ceiling - drop n^-exponent, fitted with a soft L1 loss. Cortes et al., Learning
    curves: asymptotic values and rate of convergence, NIPS 1993; Figueroa et al., Predicting
    sample size required for classification performance, BMC Med. Inform. Decis. Mak. 2012.
    """
    some = articles > 0
    n, reached = articles[some].astype(np.float64), f1[some]
    if np.unique(n).size < FEWEST:
        return np.nan
    fitted = least_squares(
        lambda law: _f1(law, n) - reached,
        _START,
        bounds=(_LOW, _HIGH),
        loss="soft_l1",
        f_scale=_OUTLIER,
    )
    if np.sqrt(np.mean((_f1(fitted.x, n) - reached) ** 2)) > _ROUGH:
        return np.nan
    now, then = _f1(fitted.x, np.array([n.max(), n.max() + more]))
    return max(0.0, float(then - now))


def _f1(law: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    ceiling, drop, exponent = law
    return np.asarray(ceiling - drop * n**-exponent)

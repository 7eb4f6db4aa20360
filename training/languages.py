"""The languages that a corpus is in."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from copytaster.model.language import detect, primary
from copytaster.model.scorer import field_text
from copytaster.model.types import Article

#: How many of the articles that do not say their language are read for it.
_SAMPLE = 300
#: A language counts from this share of the articles whose language is told, and this many of them.
_LEAST_SHARE = 0.01
_LEAST_ARTICLES = 2


def languages(articles: Sequence[Article]) -> list[str]:
    """Return the languages of *articles*, sorted codes; empty where none can be told.

    An article's own word is taken. Of those without, an evenly spaced sample of at most 300 is
    read, and stands for the rest. A language with less than 1 % of the articles whose language
    is told, or with one only, is chance or too little to learn from.
    """
    told = Counter(code for a in articles if (code := primary(a.language)) is not None)
    silent = [article for article in articles if primary(article.language) is None]
    rows = np.linspace(0, len(silent) - 1, min(_SAMPLE, len(silent)), dtype=int).tolist()
    read = (detect(field_text(silent[row], "article")) for row in rows)
    found = Counter(code for code in read if code is not None)
    each = len(silent) / len(rows) if rows else 0.0
    shares = {code: told[code] + found[code] * each for code in told | found}
    least = _LEAST_SHARE * sum(shares.values())
    return sorted(
        code
        for code, share in shares.items()
        if share >= least and told[code] + found[code] >= _LEAST_ARTICLES
    )

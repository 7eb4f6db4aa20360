"""From articles to the matrix that the linear layer learns from."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from copytaster.model.scorer import FIELDS, FieldName, field_text
from copytaster.model.text import normalise
from copytaster.model.types import Article
from copytaster.training.config import Recipe

#: The only term of a field that has none; no text can hold it as a token.
_STAND_IN = " "


class Features:
    """Sublinear TF-IDF of the whole article and, weighted, of its headline, side by side.

    Parameters
    ----------
    recipe : Recipe

    Attributes
    ----------
    vectorizers : dict of FieldName to TfidfVectorizer
        One a field, in the order of the matrix's blocks of columns.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.vectorizers: dict[FieldName, TfidfVectorizer] = {
            name: TfidfVectorizer(
                preprocessor=normalise, sublinear_tf=True, min_df=recipe.min_df, dtype=np.float64
            )
            for name in FIELDS
        }
        self._weights: dict[FieldName, float] = {
            "article": 1.0,
            "headline": recipe.headline_weight,
        }

    def fit(self, articles: Sequence[Article]) -> "Features":
        """Learn vocabulary and document frequencies from *articles*."""
        for name, vectorizer in self.vectorizers.items():
            _fit(vectorizer, [field_text(article, name) for article in articles])
        return self

    def transform(self, articles: Sequence[Article]) -> sp.csr_matrix:
        """Return the features of *articles*, of shape (n_articles, n_features), float64."""
        blocks = [
            self._weights[name]
            * vectorizer.transform([field_text(article, name) for article in articles])
            for name, vectorizer in self.vectorizers.items()
        ]
        return sp.hstack(blocks, format="csr")

    def field_weight(self, name: FieldName) -> float:
        """Return the weight of the field's block."""
        return self._weights[name]

    def columns(self, name: FieldName) -> slice:
        """Return the columns of the field's block."""
        sizes = [len(self.vectorizers[field].vocabulary_) for field in FIELDS]
        at = FIELDS.index(name)
        return slice(sum(sizes[:at]), sum(sizes[: at + 1]))


def _fit(vectorizer: TfidfVectorizer, texts: list[str]) -> None:
    try:
        vectorizer.fit(texts)
    except ValueError:  # no term at all, as where no article has a headline, or none often enough
        vectorizer.set_params(vocabulary=[_STAND_IN]).fit(texts)

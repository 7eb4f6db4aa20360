"""The model that speed is measured with: 95 topics, 150,000 words, real articles."""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import platformdirs
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer

from bench.corpora import EVENTS, REUTERS, WIKINEWS, need
from copytaster.archive.labelled import LabelledArticle
from copytaster.cli.screen import progress_bar
from copytaster.model.manifest import FORMAT_VERSION
from copytaster.model.registry import Registry
from copytaster.model.scorer import field_text
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.text import TOKEN, normalise
from copytaster.model.types import Article
from copytaster.training import corpus as corpora
from copytaster.training import counting, fit, saving
from copytaster.training.config import FAST
from copytaster.training.corpus import Corpus
from copytaster.training.examples import Examples

TOPICS = 95
RECIPE = replace(FAST, min_df=1)
#: Length in bytes of the articles that are tagged, and how many there are.
SIZES, MEASURED = range(2000, 2601), 400
#: Words in fewer articles come a second time, spelt backwards.
_RARE = 16
#: Changes whenever the model would.
_EDITION = 2


def cache() -> Path:
    """Return the folder for what is made once: ``COPYTASTER_BENCH_CACHE``, or the user's cache."""
    found = os.environ.get("COPYTASTER_BENCH_CACHE")
    return Path(found) if found else platformdirs.user_cache_path("copytaster") / "bench"


@dataclass(frozen=True, slots=True)
class SpeedModel:
    """The trained model on disk, with what peers need to hold the same.

    Attributes
    ----------
    folder : Path
        ``models/`` is a registry whose champion it is; ``train.jsonl`` holds the articles that it
        was trained on, ``articles.json`` those that are tagged, ``terms.txt`` its words in the
        order of their columns, ``linear.npz`` float64 arrays ``idf`` (n_terms,), ``coef``
        (n_topics, n_terms) and ``intercept`` (n_topics,).
    """

    folder: Path

    @property
    def models(self) -> Path:
        """The registry's folder."""
        return self.folder / "models"

    @property
    def champion(self) -> Path:
        """The artifact's folder."""
        registry = Registry(self.models)
        version = registry.champion()
        if version is None:
            raise SystemExit(f"{self.folder} is broken; remove it")
        return registry.folder(version)

    @property
    def articles(self) -> list[str]:
        """Real articles of :data:`SIZES` bytes that it was not trained on."""
        found: list[str] = json.loads((self.folder / "articles.json").read_text(encoding="utf-8"))
        return found


def get() -> SpeedModel:
    """Return the model, after training it if it is not in the cache."""
    folder = cache() / f"speed-model-{FORMAT_VERSION}.{_EDITION}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
            _make(Path(aside) / folder.name)
            (Path(aside) / folder.name).rename(folder)
    return SpeedModel(folder)


def _make(folder: Path) -> None:
    folder.mkdir()
    measured, texts = real_texts()
    terms, counts = counting.count(texts)
    topics = _clusters(counts)
    rare = {terms[at] for at in np.flatnonzero(_in_articles(counts) < _RARE)}
    copies = [(_respelt(text, rare), topic) for text, topic in zip(texts, topics, strict=True)]
    pairs = [*zip(texts, topics, strict=True), *((t, k) for t, k in copies if t is not None)]
    corpus = _corpus(pairs)
    _write(folder, measured, pairs)
    with progress_bar() as progress:
        fitted = fit.fit(corpus, RECIPE, os.cpu_count() or 1, progress)
    registry = Registry(folder / "models")
    registry.promote(saving.save(fitted, registry))
    _export(folder, corpus)


def real_texts() -> tuple[list[str], list[str]]:
    """Return the articles to tag and those to learn from.

    The headline is the first line, and figures are folded already: so our tokens are those of
    scikit-learn's vectorizer, and a peer need not know of headlines.
    """
    found = [
        [fold_figures(field_text(item.article, "article")) for item in loaded.articles]
        for loaded, _ in (corpora.load([need(path)]) for path in (WIKINEWS, REUTERS, EVENTS))
    ]
    tagged = [text for text in found[0] if len(text.encode()) in SIZES][:MEASURED]
    left_out = set(tagged)
    return tagged, [text for part in found for text in part if text not in left_out]


def fold_figures(text: str) -> str:
    """Return *text* stripped, with its decimal digits folded to 0."""
    return "".join("0" if char.isdecimal() else char for char in text.strip())


def _in_articles(counts: sp.csr_matrix) -> NDArray[np.int64]:
    return np.bincount(counts.indices, minlength=counts.shape[1])


def _clusters(counts: sp.csr_matrix) -> list[int]:
    """Return each article's topic: the nearest of 95 k-means centres of its TF-IDF."""
    X = TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, _in_articles(counts) > 1])
    reduced = TruncatedSVD(100, random_state=0).fit_transform(X)
    centres = MiniBatchKMeans(TOPICS, random_state=0, n_init=3)
    return [int(nearest) for nearest in centres.fit_predict(reduced)]


def _respelt(text: str, rare: set[str]) -> str | None:
    """Return *text* with its *rare* words spelt backwards, or ``None`` if it has none."""
    lower = normalise(text)
    changed = TOKEN.sub(lambda m: m[0][::-1] if m[0] in rare else m[0], lower)
    return None if changed == lower else changed


def _corpus(pairs: Sequence[tuple[str, int]]) -> Corpus:
    articles = tuple(
        LabelledArticle(
            article=Article(text, "", id=str(number)),
            yes=frozenset([slug(topic)]),
            no=frozenset(),
            complete=True,
            group=None,
            split=None,
            source="speed model",
            line=number,
        )
        for number, (text, topic) in enumerate(pairs)
    )
    return Corpus(articles, Taxonomy.from_slugs([slug(topic) for topic in range(TOPICS)]))


def slug(topic: int) -> str:
    """Return the slug of the topic with this number."""
    return f"topic-{topic:02}"


def _write(folder: Path, measured: Sequence[str], pairs: Sequence[tuple[str, int]]) -> None:
    (folder / "articles.json").write_text(json.dumps(measured), encoding="utf-8")
    with (folder / "train.jsonl").open("w", encoding="utf-8") as handle:
        for text, topic in pairs:
            handle.write(json.dumps({"text": text, "topic": topic}) + "\n")


def _export(folder: Path, corpus: Corpus) -> None:
    """Write the exact linear model for peers: the same fit, before anything is rounded."""
    model = Examples(corpus, RECIPE).fit(np.arange(len(corpus.articles)), os.cpu_count() or 1)
    block = model.features.blocks["article"]
    (folder / "terms.txt").write_text("\n".join(block.terms), encoding="utf-8")
    np.savez(
        folder / "linear.npz",
        idf=block.tfidf.idf_,
        coef=np.ascontiguousarray(model.layer.coef[model.features.columns("article")].T),
        intercept=model.layer.intercept,
    )

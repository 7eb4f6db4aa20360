"""The default tagger, trained afresh for a measurement."""

import tempfile
from pathlib import Path

from bench.rows import Row
from copytaster import seeds
from copytaster.cli.screen import progress_bar
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus, fit, saving
from copytaster.training.corpus import Corpus
from copytaster.training.fit import Fitted


def seed_corpus() -> Corpus:
    """Return the seed articles."""
    return corpus.load([seeds.ARTICLES], Taxonomy.load(seeds.TAXONOMY))[0]


def train(loaded: Corpus) -> tuple[Fitted, Tagger]:
    """Fit, save and load a tagger; its file stays mapped when its folder is gone."""
    with progress_bar() as progress, tempfile.TemporaryDirectory() as folder:
        fitted = fit.fit(loaded, n_jobs=2, progress=progress)
        registry = Registry(Path(folder))
        return fitted, Tagger.load(registry.folder(saving.save(fitted, registry)))


def run() -> list[Row]:
    """Cross-validated accuracy of the default tagger; writing batches are kept whole."""
    fitted, _ = train(seed_corpus())
    slugs = fitted.corpus.taxonomy.slugs
    worst, slug = min(
        (counts.f1, slug) for counts, slug in zip(fitted.report.topics, slugs, strict=True)
    )
    return [
        Row("seeds, cross-validated micro-F1", fitted.report.micro.f1, goal="at least 0.85"),
        Row("seeds, cross-validated macro-F1", fitted.report.macro_f1),
        Row(f"seeds, F1 of the worst topic ({slug})", worst, goal="at least 0.60"),
    ]

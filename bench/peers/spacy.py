"""spaCy: a blank English pipeline with the bag-of-words text categoriser, 95 topics."""

from itertools import islice
from pathlib import Path

import spacy
from spacy.training import Example

from bench.peers.training import articles
from bench.peers.worker import Engine, serve

_MODEL = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": False,
    "length": 262144,
    "ngram_size": 1,
    "no_output_layer": False,
}
#: It learns from a few only: how fast it tags does not depend on what it knows.
_LEARNT = 2000


def make(folder: Path) -> dict[str, Engine]:
    """Return the pipeline, asked for its documents."""
    nlp = spacy.blank("en")
    categoriser = nlp.add_pipe("textcat_multilabel", config={"model": _MODEL})
    topics = [str(topic) for topic in range(95)]
    for topic in topics:
        categoriser.add_label(topic)
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {name: name == str(k) for name in topics}})
        for text, k in islice(articles(folder), _LEARNT)
    ]
    nlp.initialize(lambda: examples[:100])
    for start in range(0, _LEARNT, 100):
        nlp.update(examples[start : start + 100])
    return {"": Engine(nlp, lambda texts: list(nlp.pipe(texts, batch_size=256)))}


if __name__ == "__main__":
    serve(make)

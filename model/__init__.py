"""What a tagger is and how it tags: numpy and joblib only, never scikit-learn or Flask."""

from copytaster.model.errors import ArtifactError, CopytasterError, TaxonomyError
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article, Evidence, Tag, Tagging

__all__ = [
    "Article",
    "ArtifactError",
    "CopytasterError",
    "Evidence",
    "Tag",
    "Tagger",
    "Tagging",
    "Taxonomy",
    "TaxonomyError",
    "Topic",
]

"""What the newsroom knows: labelled articles, in and out."""

from copytaster.archive.labelled import LabelledArticle, Problem

__all__ = ["LabelledArticle", "Problem"]

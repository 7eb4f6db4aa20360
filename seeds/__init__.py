"""The default taxonomy and the labelled articles that make the default tagger."""

from pathlib import Path

#: The default taxonomy.
TAXONOMY = Path(__file__).with_name("taxonomy.json")
#: The folder of the default tagger's labelled articles.
ARTICLES = Path(__file__).with_name("articles")

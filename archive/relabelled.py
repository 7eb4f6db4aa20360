"""Labels of any age, as today's topics have them."""

from dataclasses import replace

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.taxonomy import Taxonomy


def today(item: LabelledArticle, taxonomy: Taxonomy) -> LabelledArticle:
    """Return the article with old slugs turned into what they mean by *taxonomy*.

    Where a topic was split that an article has, nothing is known of its parts: an article that
    was complete then is so no more, and each other topic that it does not list is a no by name.
    """
    if not taxonomy.redirects and item.yes.isdisjoint(item.no):
        return item
    found = taxonomy.redirects.today(item.yes, item.no)
    if (found.yes, found.no) == (item.yes, item.no) and not found.unknown:
        return item
    if not item.complete or not found.unknown:
        return replace(item, yes=found.yes, no=found.no)
    rest = frozenset(taxonomy.slugs) - found.yes - found.unknown
    return replace(item, yes=found.yes, no=found.no | rest, complete=False)

"""Files of labelled articles into the archive: what is good lands, what is not is reported."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from copytaster.archive import formats, kept, relabelled
from copytaster.archive.archive import Archive
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.archive.naming import Names
from copytaster.archive.store import Added, Store
from copytaster.model.errors import ArchiveError

#: Articles that are committed together.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported.

    Attributes
    ----------
    path : Path
    form : str or None
        One of :data:`formats.FORMS`; ``None`` tells it from the file.
    names : Names or None
        What the topics of the files mean; ``None`` takes them as they are.
    """

    path: Path
    form: str | None = None
    names: Names | None = None


class Import:
    """One import; it can be broken off and begun again at any time.

    Parameters
    ----------
    archive : Archive
    told : callable
        Is given each problem.
    moved : callable
        Is given the characters of text that landed, each time that some have.
    """

    def __init__(
        self,
        archive: Archive,
        told: Callable[[Problem], None],
        moved: Callable[[int], None],
    ) -> None:
        self._archive = archive
        self._told = told
        self._moved = moved
        self._seen: set[str] = set()

    def run(self, source: Source) -> Added:
        """Import *source*; return what came of its articles.

        Of an identifier that comes twice in what this import reads, the first article counts.

        Raises
        ------
        CorpusError
            If the path cannot be read.
        ArchiveDownError
            If the database fails; what was committed before stays.
        """
        total = Added()
        batch: list[LabelledArticle] = []
        for item in self._good(source):
            batch.append(item)
            if len(batch) == BATCH:
                total += self._commit(batch)
                batch = []
        return total + self._commit(batch)

    def _commit(self, batch: list[LabelledArticle]) -> Added:
        if not batch:
            return Added()
        with self._archive.writing() as connection:
            added = Store(connection).add(batch)
        self._moved(sum(len(one.article.text) + len(one.article.headline) for one in batch))
        return added

    def _good(self, source: Source) -> Iterator[LabelledArticle]:
        for found in formats.read(source.path, form=source.form):
            if isinstance(found, Problem):
                self._told(found)
                continue
            item = self._named(found, source.names)
            problem = self._problem(item)
            if problem is None:
                yield item
            else:
                self._told(problem)

    def _named(self, item: LabelledArticle, names: Names | None) -> LabelledArticle:
        """Return the article with slugs for topics; those that mean nothing are left out."""
        if names is None:
            return item
        slugs = {topic: names.slug(topic) for topic in item.yes | item.no}
        for topic in sorted(topic for topic, slug in slugs.items() if slug is None):
            detail = f"{topic!r} is not in the taxonomy; the article is kept without it"
            self._told(Problem("unknown topic", item.source, item.line, detail))
        yes, no = (
            frozenset(slug for topic in given if (slug := slugs[topic]) is not None)
            for given in (item.yes, item.no)
        )
        return relabelled.today(replace(item, yes=yes, no=no - yes), names.taxonomy)

    def _problem(self, item: LabelledArticle) -> Problem | None:
        try:
            identifier = kept.identifier(item)
            kept.must_fit_topics(item)
        except ArchiveError as error:
            return Problem("malformed", item.source, item.line, str(error))
        if identifier in self._seen:
            detail = f"{identifier!r} came before in this import; give each article its own id"
            return Problem("duplicate id", item.source, item.line, detail)
        self._seen.add(identifier)
        return None

"""The slugs that a CMS sends, of any age: refused where they say nothing, turned into today's."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from copytaster.model.taxonomy import Taxonomy, advice
from copytaster.service.labelling import LabelsRequest
from copytaster.service.problems import RequestError
from copytaster.service.schemas import FieldProblem

#: Slugs by the field that they came in.
Lists = Mapping[str, Iterable[str]]


def must_know(taxonomy: Taxonomy, yes: Lists, no: Lists) -> None:
    """Refuse slugs that were never a topic's, and a yes to a topic that was split.

    Raises
    ------
    RequestError
        With 422, naming topics of a like name, or the parts.
    """
    wrong = [
        FieldProblem(field=name, problem=problem)
        for lists, said in ((yes, True), (no, False))
        for name, slugs in lists.items()
        for slug in sorted(set(slugs))
        if (problem := _problem(taxonomy, slug, yes=said))
    ]
    if wrong:
        said_of = "; ".join(f"{one.field}: {one.problem}" for one in wrong)
        raise RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, said_of, wrong)


def stated(taxonomy: Taxonomy, sent: LabelsRequest) -> dict[str, bool | None]:
    """Return what was sent as labels of today's topics, ``None`` for one that is withdrawn.

    Withdrawn are labels under all the names that a topic ever had.
    """
    redirects = taxonomy.redirects
    found: dict[str, bool | None] = {}
    for slug in sent.withdraw:
        for topic in (slug, *redirects.ends(slug)):
            found |= dict.fromkeys((topic, *redirects.names(topic)))
    labels = redirects.today(set(sent.yes), set(sent.no))
    return found | dict.fromkeys(labels.no, False) | dict.fromkeys(labels.yes, True)


def _problem(taxonomy: Taxonomy, slug: str, *, yes: bool) -> str | None:
    ends = taxonomy.redirects.ends(slug)
    if slug in taxonomy.redirects and yes and len(ends) > 1:
        return f"{slug!r} was split into {' and '.join(ends)}; name those that it is about"
    if slug in taxonomy.redirects or slug in taxonomy.slugs:
        return None
    return f"unknown topic {slug!r}; {advice(slug, taxonomy.slugs)}"

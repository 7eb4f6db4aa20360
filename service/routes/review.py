"""``GET /review``: the archive's articles whose labels would teach most."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from pydantic import ValidationError

from copytaster.model.tagger import Tagger
from copytaster.service import articles
from copytaster.service.labelling import AskedReply, QuestionReply, ReviewQuery, ReviewReply
from copytaster.service.problems import RequestError
from copytaster.service.teaching import Teaching

if TYPE_CHECKING:
    from copytaster.service.asking import Asked

#: So many articles without all labels are looked at.
LOOKED_AT = 5000


def blueprint(teaching: Teaching, tagger: Callable[[], Tagger]) -> Blueprint:
    """Return the route over the archive of *teaching*, by what *tagger* returns."""
    routes = Blueprint("review", __name__)

    @routes.get("/review")
    def review() -> Response:
        from copytaster.archive import relabelled
        from copytaster.archive.store import Store
        from copytaster.service import asking

        query = _query()
        with teaching.archive.reading() as connection:
            items = Store(connection).unsettled(LOOKED_AT)
        serving = tagger()
        items = [relabelled.today(item, serving.taxonomy) for item in items]
        found = [_reply(one) for one in asking.ask(serving, items, query.limit)]
        reply = ReviewReply(model=serving.version, looked_at=len(items), articles=found)
        return Response(reply.model_dump_json(), content_type=articles.JSON)

    return routes


def _reply(asked: "Asked") -> AskedReply:
    return AskedReply(
        id=asked.item.id,
        headline=asked.item.article.headline,
        published=asked.item.article.published,
        questions=[
            QuestionReply(
                topic=one.topic,
                confidence=round(one.confidence, 6),
                threshold=round(one.threshold, 6),
                auto=one.proven,
                why=one.why,
            )
            for one in asked.questions
        ],
    )


def _query() -> ReviewQuery:
    try:
        return ReviewQuery.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise RequestError.invalid(error, "query") from None

"""What is sent and answered where editors teach: labelled articles, and their yes and no."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.types import Article
from copytaster.service.schemas import Identifier

_Slug = Annotated[str, Field(min_length=1, max_length=128)]
_Editor = Annotated[str | None, Field(max_length=256, description="As the CMS names them.")]
_Model = Annotated[
    str | None, Field(max_length=128, description="The version whose tags the editor saw.")
]


class LabelledRequest(BaseModel):
    """An article to learn from; fields that are not named here are ignored."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "example": {
                "id": "a1",
                "headline": "Taipei weighs answer to Beijing's fruit ban",
                "text": "Taiwan's foreign ministry said on Tuesday that …",
                "topics": ["taiwan", "trade"],
                "editor": "desk-7",
            }
        },
    )

    text: str = ""
    headline: str = ""
    id: Identifier | None = Field(
        default=None, description="Without one, the article is known by its content."
    )
    language: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$",
        description="BCP 47 tag, such as en or en-GB.",
    )
    published: datetime | None = Field(default=None, description="ISO 8601 date and time.")
    chain: str | None = Field(default=None, description="The story that it updates.")
    topics: list[_Slug] | None = Field(default=None, description="Slugs that it is about.")
    not_topics: list[_Slug] = Field(default=[], description="Slugs that it is not about.")
    complete: bool | None = Field(
        default=None,
        description="Whether a topic in neither list is a no; as a rule where topics are given.",
    )
    editor: _Editor = None
    model: _Model = None

    def labelled(self, source: str, line: int) -> LabelledArticle:
        """Return the article with its labels; *source* and *line* name one without an id."""
        identifier = f"{source}:{line}" if self.id is None else str(self.id)
        article = Article(
            text=self.text,
            headline=self.headline,
            id=identifier,
            language=self.language,
            published=self.published,
            chain=self.chain,
        )
        given = self.topics is not None
        return LabelledArticle(
            article=article,
            yes=frozenset(self.topics or ()),
            no=frozenset(self.not_topics),
            complete=given if self.complete is None else self.complete,
            group=None,
            split=None,
            source=source,
            line=line,
        )


class LabelsRequest(BaseModel):
    """An editor's yes and no to topics of one article; topics in no list stay as they are."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"example": {"yes": ["taiwan"], "no": ["travel"], "editor": "desk-7"}},
    )

    yes: list[_Slug] = []
    no: list[_Slug] = []
    withdraw: list[_Slug] = Field(default=[], description="Topics of which nothing is known now.")
    editor: _Editor = None
    model: _Model = None


class StoredReply(BaseModel):
    """The article is in the archive, and will be after any crash."""

    id: str
    result: Literal["new", "changed", "same"]
    labels: int = Field(ge=0, description="How many labels were set, changed or withdrawn.")


class QuestionReply(BaseModel):
    """A topic that an editor should say yes or no to."""

    topic: str
    confidence: float = Field(ge=0, le=1)
    threshold: float = Field(ge=0, le=1, description="The confidence from which it is a tag.")
    auto: bool = Field(description="Whether the topic may be applied unseen already.")
    why: str


class AskedReply(BaseModel):
    """An article whose labels would teach much."""

    id: str
    headline: str
    published: datetime | None
    questions: list[QuestionReply] = Field(description="The most instructive first.")


class ReviewReply(BaseModel):
    """What to label next."""

    model: str
    looked_at: int = Field(description="Articles without all labels, the newest at most 5,000.")
    articles: list[AskedReply] = Field(description="Those that would teach most first.")


class ReviewQuery(BaseModel):
    """The query parameters of ``GET /review``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(default=20, ge=1, le=200, description="At most so many articles.")


class LabelsReply(BaseModel):
    """All the labels that the article has now."""

    id: str
    yes: list[str]
    no: list[str]


class ArticleReply(LabelsReply):
    """An article of the archive."""

    headline: str
    text: str
    language: str | None
    published: datetime | None
    chain: str | None
    complete: bool
    whole: bool = Field(
        description="false: of headline and text only the words are kept, in alphabetical order."
    )


class ForgottenReply(BaseModel):
    """What there was of an article, and is no more; all 0 where there was nothing."""

    id: str
    articles: int = Field(ge=0, le=1)
    labels: int = Field(ge=0, description="Labels that held; their history is gone too.")
    decisions: int = Field(ge=0, description="Times it was tagged, as far as that was kept.")

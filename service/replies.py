"""Replies as JSON, written straight from what the tagger said.

They have the form of :class:`copytaster.service.schemas.TaggingReply`, which the tests hold them
to; building and dumping that model took three times as long.
"""

from typing import Any

from pydantic_core import to_json

from copytaster.model.types import Evidence, Tag, Tagging


def tagging(found: Tagging, identifier: str | int | None, *, explain: bool) -> bytes:
    """Return the reply for *found*, with the identifier as the CMS wrote it."""
    tags = [_explained(tag) for tag in found.tags] if explain else [_tag(tag) for tag in found.tags]
    return to_json(
        {
            "id": identifier,
            "model": found.model,
            "language": found.language,
            "known": round(found.known, 4),
            "review": found.review,
            "tags": tags,
        }
    )


def _tag(tag: Tag) -> dict[str, Any]:
    return {
        "topic": tag.topic,
        "name": tag.name,
        "uri": tag.uri,
        "confidence": round(tag.confidence, 6),
        "tier": tag.tier,
    }


def _explained(tag: Tag) -> dict[str, Any]:
    return {**_tag(tag), "evidence": [_evidence(item) for item in tag.evidence]}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "term": evidence.term,
        "contribution": round(evidence.contribution, 6),
        "spans": evidence.spans,
        "headline_spans": evidence.headline_spans,
    }

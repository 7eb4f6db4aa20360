"""Metrics as text, in the format that Prometheus reads."""

from collections.abc import Hashable

from copytaster.service.live import Live
from copytaster.service.metrics import (
    ARTICLES,
    BOUNDS,
    DECISIONS_DROPPED,
    DECISIONS_KEPT,
    IN_FLIGHT,
    MORE,
    OWNER,
    PROBLEMS,
    REFUSALS,
    ROUTES,
    SWAPS,
)
from copytaster.service.tally import REVIEWS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text(live: Live) -> str:
    """Return the metrics of what is *live* in Prometheus' text format."""
    sums = live.metrics.totals()
    lines = [
        *_family("requests_total", "counter", "Requests answered."),
        *(
            _sample("requests_total", value, route=key[1], status=key[2] or "other")
            for key, value in sums.items()
            if isinstance(key, tuple) and key[0] == "request" and value
        ),
        *_family("request_seconds", "histogram", "Time from the whole request to its answer."),
        *(line for route in ROUTES for line in _histogram(sums, route)),
        *_one("requests_in_flight", "gauge", "Requests being answered.", sums[IN_FLIGHT]),
        *_one("workers", "gauge", "Processes that have answered.", sums[OWNER]),
        *_one("articles_total", "counter", "Articles tagged.", sums[ARTICLES]),
        *_one("stream_problems_total", "counter", "Lines of streams refused.", sums[PROBLEMS]),
        *_family("tags_total", "counter", "Tags given."),
        *(
            _sample("tags_total", value, topic=key[1], tier=key[2])
            for key, value in sums.items()
            if isinstance(key, tuple) and key[0] == "tag" and (key[1] != MORE or value)
        ),
        *_family("reviews_total", "counter", "Articles that an editor should look at."),
        *(_sample("reviews_total", sums["review", name], review=name) for name in REVIEWS),
        *_one("decisions_kept_total", "counter", "Taggings kept.", sums[DECISIONS_KEPT]),
        *_one("decisions_dropped_total", "counter", "Taggings lost.", sums[DECISIONS_DROPPED]),
        *_one("model_swaps_total", "counter", "Taggers that workers put to serve.", sums[SWAPS]),
        *_one("model_refusals_total", "counter", "Champions refused by workers.", sums[REFUSALS]),
        *_one("model_refused", "gauge", "Whether the champion is refused.", bool(live.refused)),
        *_family("model_info", "gauge", "The tagger that serves in the worker that answers."),
        _sample("model_info", 1, version=live.now.tagger.version),
    ]
    return "\n".join(lines) + "\n"


def _histogram(sums: dict[Hashable, float], route: str) -> list[str]:
    counts = [sums["took", route, at] for at in range(len(BOUNDS) + 1)]
    if not any(counts):
        return []
    name, total, found = "request_seconds", 0.0, []
    for bound, count in zip((*BOUNDS, "+Inf"), counts, strict=True):
        total += count
        found.append(_sample(f"{name}_bucket", total, route=route, le=bound))
    found.append(_sample(f"{name}_sum", sums["took", route, "sum"], route=route))
    return [*found, _sample(f"{name}_count", total, route=route)]


def _one(name: str, kind: str, what: str, value: float) -> list[str]:
    return [*_family(name, kind, what), _sample(name, value)]


def _family(name: str, kind: str, what: str) -> tuple[str, str]:
    return f"# HELP copytaster_{name} {what}", f"# TYPE copytaster_{name} {kind}"


def _sample(name: str, value: float, **labels: object) -> str:
    inner = ",".join(f'{label}="{_escaped(str(of))}"' for label, of in labels.items())
    return (
        f"copytaster_{name}{{{inner}}} {value:.10g}" if inner else f"copytaster_{name} {value:.10g}"
    )


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

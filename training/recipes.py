"""How a challenger is fitted: as the champion was, unless a preset is asked for."""

from dataclasses import fields, replace

from copytaster.training import config
from copytaster.training.config import Recipe
from copytaster.training.held_out import Contender


def of_champion(champion: Contender | None, preset: str | None = None) -> Recipe | None:
    """Return the recipe of the *champion*, or that of a *preset* with the champion's targets.

    ``None`` where neither says any: then it depends on the number of articles.
    """
    if champion is None:
        return None if preset is None else config.PRESETS[preset]
    names = {one.name for one in fields(Recipe)}
    parameters = champion.tagger.manifest.parameters
    own = Recipe(**{name: parameters[name] for name in parameters.keys() & names})
    if preset is None:
        return own
    return replace(
        config.PRESETS[preset],
        objective=own.objective,
        auto_precision=own.auto_precision,
        auto_confidence=own.auto_confidence,
        hold_back=own.hold_back,
    )

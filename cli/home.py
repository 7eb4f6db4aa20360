"""Where this machine keeps its taggers."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copytaster.model.errors import ArtifactError, SettingsError
from copytaster.model.manifest import NAME as MANIFEST
from copytaster.model.registry import Registry

if TYPE_CHECKING:
    from copytaster.model.tagger import Tagger
    from copytaster.model.taxonomy import Taxonomy


def models(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the registry's folder: ``models`` in COPYTASTER_HOME or the user's data folder."""
    home = environ.get("COPYTASTER_HOME")
    return (Path(home) if home else _user_data()) / "models"


def _user_data() -> Path:
    from platformdirs import user_data_path

    return user_data_path("copytaster")


def archive(root: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return the archive's database: COPYTASTER_DATABASE_URL, or a file beside the models."""
    beside = root.absolute().parent / "archive.db"
    return environ.get("COPYTASTER_DATABASE_URL") or f"sqlite:///{beside}"


def keys(root: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of access keys: COPYTASTER_KEYS, or one beside the models."""
    named = environ.get("COPYTASTER_KEYS")
    return Path(named) if named else root.absolute().parent / "keys.json"


def taxonomy_file(root: Path) -> Path:
    """Return the file of the newsroom's own topics, which need not be there: beside the models."""
    return root.absolute().parent / "taxonomy.json"


def taxonomy_lock(root: Path) -> Path:
    """Return the file that is locked while somebody edits :func:`taxonomy_file`: beside it."""
    return root.absolute().parent / ".taxonomy.lock"


def own_taxonomy(root: Path) -> "Taxonomy | None":
    """Return the newsroom's topics: those of its file, else the champion's; ``None`` for neither.

    Raises
    ------
    TaxonomyError
        If the file is wrong.
    ArtifactError
        If the champion's manifest is.
    """
    from copytaster.model.manifest import Manifest
    from copytaster.model.taxonomy import Taxonomy

    path = taxonomy_file(root)
    if path.exists():
        return Taxonomy.load(path)
    folder = champion(root)
    return Manifest.load(folder / MANIFEST, model_key()).taxonomy if folder else None


def taxonomy(root: Path) -> "Taxonomy":
    """Return :func:`own_taxonomy` or, where there is none, the seeds'."""
    from copytaster import seeds
    from copytaster.model.taxonomy import Taxonomy

    return own_taxonomy(root) or Taxonomy.load(seeds.TAXONOMY)


def seeds(environ: Mapping[str, str] = os.environ) -> bool | None:
    """Return whether retraining learns from the seeds, from COPYTASTER_SEEDS; ``None`` if unset."""
    text = environ.get("COPYTASTER_SEEDS")
    if not text:
        return None
    if text not in {"0", "1"}:
        raise SettingsError("COPYTASTER_SEEDS", text, "1 or 0, or the variable unset")
    return text == "1"


def model_key(environ: Mapping[str, str] = os.environ) -> bytes | None:
    """Return the key that artifacts are signed with, from COPYTASTER_MODEL_KEY."""
    key = environ.get("COPYTASTER_MODEL_KEY")
    if key is not None and not key.strip():
        raise SettingsError("COPYTASTER_MODEL_KEY", key, "a key, or the variable unset")
    return key.encode() if key is not None else None


def champion(root: Path) -> Path | None:
    """Return the folder of the tagger that serves, or ``None`` before there is one."""
    registry = Registry(root)
    version = registry.champion()
    return registry.folder(version) if version else None


def find(model: str, root: Path) -> Path:
    """Return the folder of the tagger that a person named.

    Parameters
    ----------
    model : str
        ``champion``, a folder that holds a tagger, or a version below *root*.
    root : Path
        The folder of trained versions.

    Raises
    ------
    ArtifactError
        If there is no such tagger.
    """
    registry = Registry(root)
    here = registry.versions()
    if model == "champion":
        serving = champion(root)
        if serving is None:
            raise ArtifactError(root, "has no champion yet", "run copytaster train first")
        return serving
    if (Path(model) / MANIFEST).is_file():
        return Path(model)
    if model in here:
        return registry.folder(model)
    known = f"a version of {', '.join(here)}" if here else "train one first (copytaster train)"
    raise ArtifactError(
        Path(model), "no such tagger", f"name the folder of one, champion, or {known}"
    )


def say_if_slow(tagger: "Tagger") -> None:
    """Say that scoring is slower than it could be, where no compiler was at installation."""
    if tagger.scorer.engine != "compiled":
        click.echo(
            "The compiled scorer is not installed, so tagging takes ten times as long: install a "
            "C compiler and Python's headers (Debian: gcc, python3-dev), then Copytaster again.",
            err=True,
        )

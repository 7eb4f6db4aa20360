"""Further versions of a tagger, made from a saved one."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from copytaster.model import files
from copytaster.model.artifact import ARRAYS
from copytaster.model.manifest import NAME, Golden, Manifest
from copytaster.model.taxonomy import Taxonomy

#: The topic that a further version has in the place of another, by name.
Renamed = Mapping[str, str]


def make(
    folder: Path, version: str, renamed: Renamed | None = None, key: bytes | None = None
) -> Path:
    """Put a further version, which says the same of other topics, beside the one in *folder*."""
    manifest, renamed = Manifest.load(folder / NAME), renamed or {}
    topics = tuple(
        replace(topic, slug=renamed.get(topic.slug, topic.slug)) for topic in manifest.taxonomy
    )
    measured = manifest.metrics["topics"].items()
    metrics = {"topics": {renamed.get(slug, slug): of for slug, of in measured}}
    made = replace(manifest, version=version, taxonomy=Taxonomy(topics), metrics=metrics)
    return save(made, folder, key)


def make_wrong(folder: Path, version: str) -> Path:
    """Put a version beside that does not score as it was proven to."""
    manifest = Manifest.load(folder / NAME)
    golden = tuple(
        Golden(one.headline, one.text, [score + 0.01 for score in one.scores])
        for one in manifest.golden
    )
    return save(replace(manifest, version=version, golden=golden), folder, None)


def damage(folder: Path) -> None:
    """Change a byte of a version's arrays, as a bad disk does."""
    data = bytearray((folder / ARRAYS).read_bytes())
    data[len(data) // 2] ^= 1
    with files.aside(folder / ARRAYS) as out:
        out.write(bytes(data))


def point(root: Path, name: str) -> None:
    """Have the pointer name *name*, whatever it is."""
    files.write_text(root / "champion", f"{name}\n")


def save(manifest: Manifest, folder: Path, key: bytes | None = None) -> Path:
    """Put a version beside the one in *folder*, with its files but a *manifest* of its own."""
    made = folder.parent / manifest.version
    with files.new_folder(made) as aside:
        for path in folder.iterdir():
            shutil.copy(path, aside / path.name)
        (aside / NAME).write_text(manifest.dumps(key), encoding="utf-8")
    return made

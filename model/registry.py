"""Versions of the tagger in folders, and the name of the one that serves."""

from dataclasses import dataclass
from pathlib import Path

from copytaster.model import files
from copytaster.model.errors import ArtifactError
from copytaster.model.manifest import NAME as MANIFEST

_POINTER = "champion"
_ACCESS = "let the user that serves read it"


@dataclass(frozen=True, slots=True)
class Registry:
    """The artifacts below one folder.

    Attributes
    ----------
    root : Path
        Holds one folder a version, and the file ``champion`` that names one of them.
    """

    root: Path

    def folder(self, version: str) -> Path:
        """Return where *version* is, or would be, kept."""
        return self.root / version

    def versions(self) -> list[str]:
        """Return the versions that are here, sorted by name."""
        return sorted(path.parent.name for path in self.root.glob(f"[!.]*/{MANIFEST}"))

    def champion(self) -> str | None:
        """Return the version that serves, or ``None`` before the first promotion.

        Raises
        ------
        ArtifactError
            If the pointer names no version that is here.
        """
        pointer = self.root / _POINTER
        try:
            version = pointer.read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ArtifactError(pointer, f"cannot be read ({error.strerror})", _ACCESS) from None
        named = version and Path(version).name == version and not version.startswith(".")
        if not named or not self.folder(version).is_dir():
            raise self._no_such(version, pointer)
        return version

    def promote(self, version: str) -> None:
        """Make *version* the champion, in one step that survives a power cut.

        Raises
        ------
        ArtifactError
            If there is no such version.
        """
        if version not in self.versions():
            raise self._no_such(version, self.root)
        files.write_text(self.root / _POINTER, f"{version}\n")

    def _no_such(self, version: str, where: Path) -> ArtifactError:
        here = ", ".join(self.versions()) or "none"
        advice = f"promote one of those here: {here}"
        return ArtifactError(where, f"no such version: {version!r}", advice)

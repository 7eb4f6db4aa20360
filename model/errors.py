"""The errors that Copytaster raises; each says what is wrong, where, and what to do."""

from pathlib import Path


class CopytasterError(Exception):
    """Base of every error of ours; never raised directly."""


class ArtifactError(CopytasterError):
    """Raised if a saved tagger is missing, damaged, of another format, or unsafe to open.

    Attributes
    ----------
    path : Path
        The file or folder that was refused.
    problem : str
        What is wrong with it.
    advice : str
        What to do about it.
    """

    def __init__(self, path: Path, problem: str, advice: str) -> None:
        super().__init__(f"{path}: {problem}; {advice}")
        self.path = path
        self.problem = problem
        self.advice = advice

    @property
    def told(self) -> str:
        """The same without the folders above, which are nobody's business but the operator's."""
        return f"{self.path.name}: {self.problem}; {self.advice}"


class TaxonomyError(CopytasterError):
    """Raised if a taxonomy cannot be read or contradicts itself.

    Attributes
    ----------
    source : str
        The file, or another word for where the taxonomy came from.
    """

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.source = source


class CorpusError(CopytasterError):
    """Raised if labelled articles cannot be read, or there is nothing to learn from them."""


class SettingsError(CopytasterError):
    """Raised if a setting has a value that cannot be used.

    Attributes
    ----------
    name : str
        The setting, as the operator wrote it.
    """

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f"{name}={value!r}: expected {expected}")
        self.name = name


class ArchiveError(CopytasterError):
    """Raised if the archive cannot take or give what it was asked."""


class ArchiveDownError(ArchiveError):
    """Raised if the archive's database cannot be reached or fails; later it may work again.

    Attributes
    ----------
    database : str
        Its URL, without the password.
    """

    def __init__(self, database: str, problem: str) -> None:
        super().__init__(f"{database}: {problem}; nothing was written")
        self.database = database


class NoArticleError(ArchiveError):
    """Raised if an article is not in the archive."""


class NoJobError(ArchiveError):
    """Raised if there is no such job."""


class KeyReusedError(ArchiveError):
    """Raised if an Idempotency-Key comes with another request than the first time."""

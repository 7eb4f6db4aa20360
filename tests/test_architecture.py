"""The arrows between rooms, the packaging, and what an import costs."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ARROWS = {
    "model": {"model"},
    "archive": {"archive", "model"},
    "training": {"training", "model", "archive"},
    "service": {"service", "model", "archive"},
    "seeds": set(),
    "cli": {"cli", "model", "archive", "training", "service", "seeds"},
}
FORBIDDEN = {
    "model": {"sklearn", "scipy", "flask", "pydantic", "click", "rich"},
    "archive": {"sklearn", "scipy", "flask", "click", "rich"},
    "training": {"flask", "click", "rich"},
    "service": {"sklearn", "scipy", "click", "rich"},
    "seeds": {"sklearn", "flask"},
    "cli": set(),
}
SOURCES = [path for room in ARROWS for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Return the dotted names of all modules that the file at *path* imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            if node.module == "copytaster":
                found.update(f"copytaster.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_where_its_room_may(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "copytaster" and len(parts) > 1:
            assert parts[1] in ARROWS[room], f"{path} imports {name}"
        assert parts[0] not in FORBIDDEN[room], f"{path} imports {name}"
        assert parts[0] not in ARROWS, f"{path} imports {name} without copytaster."


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_at_most_300_lines_and_says_first_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


COMPILED = [
    path
    for room in ARROWS
    for kind in ("pyx", "pxi", "h")
    for path in (ROOT / room).glob(f"*.{kind}")
]


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_to_compile_is_300_lines_of_100_at_most_and_is_rebuilt_when_it_changes(
    path: Path,
) -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    known = [name for module in config["ext-modules"] for name in module["sources"]]
    known += [name for module in config["ext-modules"] for name in module.get("depends", [])]
    assert str(path.relative_to(ROOT)) in known
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 300
    assert not [line for line in lines if len(line) > 100]


def test_every_folder_with_code_is_packaged_and_nothing_else_is() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {path.parent for path in SOURCES} | {ROOT / "seeds" / "articles"}
    expected = {f"copytaster.{'.'.join(folder.relative_to(ROOT).parts)}" for folder in folders}
    assert set(config["packages"]) == expected
    mapped = {name: ROOT / folder for name, folder in config["package-dir"].items()}
    assert set(mapped) == expected
    assert all(folder.is_dir() for folder in mapped.values())


def test_type_checkers_find_every_room_through_typings() -> None:
    for room in ARROWS:
        assert (ROOT / "typings" / "copytaster" / room).resolve() == ROOT / room


def loaded_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has after running *code*."""
    script = f"{code}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/"
    )
    return set(done.stdout.split())


def test_importing_the_model_imports_neither_flask_nor_scikit_learn() -> None:
    loaded = loaded_after("import copytaster.model.tagger")
    assert not loaded & {"flask", "sklearn", "scipy", "pydantic", "py3langid"}


def test_help_imports_no_room_but_the_errors() -> None:
    code = "from copytaster.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert not loaded_after(code) & {"flask", "sklearn", "numpy", "rich"}


def test_a_start_of_the_service_imports_only_what_serving_needs() -> None:
    loaded = loaded_after("import copytaster.cli.serve, copytaster.service.app")
    assert not loaded & {"joblib", "rich", "platformdirs", "sklearn", "scipy", "py3langid"}


def test_looking_after_the_queue_imports_no_scikit_learn(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from copytaster.archive.archive import Archive\n"
        "from copytaster.cli import work\n"
        "from copytaster.cli.worker import Worker\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "url = f'sqlite:///{folder}/archive.db'\n"
        "Archive(url).open()\n"
        "Worker(url, folder / 'models', after=1).turn()"
    )
    assert not loaded_after(code) & {"sklearn", "scipy", "flask", "rich"}


def test_serving_and_tagging_import_no_scikit_learn(small_folder: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from copytaster.model.tagger import Tagger\n"
        "from copytaster.service.app import create_app\n"
        "import copytaster.service.server\n"
        f"tagger = Tagger.load(Path({str(small_folder)!r}))\n"
        "client = create_app(tagger).test_client()\n"
        "reply = client.post('/tag?explain=1', json={'text': 'tariff on steel'})\n"
        "assert reply.status_code == 200, reply.text\n"
        "assert 'py3langid' not in sys.modules\n"
        "reply = client.post('/tag', json={'text': 'Der Zug ist heute wieder nicht gekommen.'})\n"
        "assert reply.json['review'] == 'language', reply.text\n"
        "assert client.get('/openapi.json').status_code == 200"
    )
    assert not loaded_after(code) & {"sklearn", "scipy", "pandas"}

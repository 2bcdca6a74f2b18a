"""The building's own rules: what must stay true whoever adds what."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Table

from adapters import registry
from portal.config import PREFIX, Settings
from portal.store.schema import LEARNER_TABLES, metadata

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(p for area in ("portal", "adapters") for p in (ROOT / area).rglob("*.py"))
DATA = ("portal/demo/catalogue/", "portal/store/migrations/versions/")


def _in_fresh_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", [
    *(f"adapters.{a.manifest.key}" for a in registry.default()), "adapters.conformance", "portal.refreshing",
    "portal.refresh.threads", "portal.store.upgrade", "portal.home.page",
])
def test_import__loads_no_web_framework(module: str) -> None:
    """Measured in a fresh process, because a package's own __init__ is invisible to the import linter."""
    heavy = _in_fresh_process(f"import sys, {module}; print(sorted({{'flask', 'werkzeug'}} & set(sys.modules)))")
    assert heavy == "[]"


@pytest.mark.parametrize("key", [a.manifest.key for a in registry.default()])
def test_adapter__loads_no_database_and_no_portal(key: str) -> None:
    heavy = _in_fresh_process(
        f"import sys, adapters.{key}; print(sorted({{'sqlalchemy', 'portal', 'authlib'}} & set(sys.modules)))")
    assert heavy == "[]"


def test_vendor__a_new_folder_is_found_and_nothing_else_is_edited(tmp_path: Path) -> None:
    """Copies the whole adapter of one vendor under another name; the registry of a fresh process offers it."""
    source = (ROOT / "adapters" / "xapi")
    target = tmp_path / "adapters" / "newvendor"
    target.mkdir(parents=True)
    for path in source.rglob("*.py"):
        copy = target / path.relative_to(source)
        copy.write_text(path.read_text("utf-8").replace("adapters.xapi", "adapters.newvendor")
                        .replace('key="xapi"', 'key="newvendor"'), "utf-8")
    found = _in_fresh_process(
        f"import adapters; adapters.__path__.append({str(tmp_path / 'adapters')!r})\n"
        "from adapters import registry; print(registry.load().get('newvendor').manifest.key)")
    assert found == "newvendor"


def test_vendor__a_broken_folder_is_a_row_and_not_a_crash(tmp_path: Path) -> None:
    folder = tmp_path / "adapters" / "broken"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("import no_such_module_anywhere\n")
    said = _in_fresh_process(
        f"import adapters; adapters.__path__.append({str(tmp_path / 'adapters')!r})\n"
        "from adapters import registry; r = registry.load(); print([b.key for b in r.broken], len(list(r)) >= 4)")
    assert said == "['broken'] True"


def test_schema__every_table_with_a_learner_is_registered_for_export_and_erasure() -> None:
    def of_learner(table: Table) -> bool:
        return any(key.column.table.name == "learner" for key in table.foreign_keys)

    assert {t.name for t in metadata.sorted_tables if of_learner(t)} == {t.name for t in LEARNER_TABLES}


def test_file__answers_one_question() -> None:
    code = [p for p in SOURCES if not str(p.relative_to(ROOT)).startswith(DATA)]
    long = {p.name: lines for p in code if (lines := len(p.read_text("utf-8").splitlines())) > 350}
    assert long == {}


def test_file__has_no_drawer_for_homeless_functions() -> None:
    assert [p for p in SOURCES if p.name in ("utils.py", "helpers.py", "common.py", "extensions.py", "misc.py")] == []


def test_map__names_every_folder() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    areas = {f"portal/{p.name}/" for p in (ROOT / "portal").iterdir() if p.is_dir() and not p.name.startswith("__")}
    areas -= {"portal/translations/"}
    assert {area for area in areas if f"`{area}`" not in text} == set()


def test_docs__list_every_setting() -> None:
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    for name, info in Settings.model_fields.items():
        assert info.description, f"{name} has no help"
        assert f"`{PREFIX}{name.upper()}`" in text, f"run: python -m docs.settings – {name} is missing"


def test_docs__list_every_dependency() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = project.split("dependencies = [", 1)[1].split("]\n", 1)[0]
    names = re.findall(r'"([A-Za-z0-9-]+)', block)
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    assert names
    assert [name for name in names if name.lower() not in text] == []


def test_committed__no_registry_address_and_no_unhashed_lock() -> None:
    for path in [*(ROOT / "requirements").glob("*.txt"), *(ROOT / "tests").rglob("*requirements*.txt"),
                 *(ROOT / "tests").rglob("package-lock.json")]:
        if "node_modules" in path.parts:
            continue
        text = path.read_text("utf-8")
        assert "://" not in re.sub(r'"(url|funding|homepage)": .*', "", text), f"{path} names an address"
        if path.suffix == ".txt":
            assert text.count("--hash=sha256:") >= text.count("=="), f"{path} is not fully hashed"

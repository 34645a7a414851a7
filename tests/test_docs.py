"""What is written is true: code of the README runs, generated pages are current, shipped configurations are valid."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from colloque.cli.document import commands_page, configuration_page
from colloque.config import load_config

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")


def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "patient: " in capsys.readouterr().out


@pytest.mark.parametrize(("page", "made"), [("commands.md", commands_page), ("configuration.md", configuration_page)])
def test_generated_pages_are_current(page: str, made: Callable[[], str]) -> None:
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == made() + "\n", "run `make docs`"


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.name)
def test_shipped_configurations_are_valid(file: Path) -> None:
    config = load_config(file)
    assert all(Path(name).exists() for name in config.ingest.files)


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_links_of_the_readme_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing


def test_the_commands_of_the_readme_exist() -> None:
    verbs = set(re.findall(r"^colloque (\w[\w-]*)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    for verb in verbs:
        done = subprocess.run([sys.executable, "-m", "colloque", verb, "--help"], capture_output=True, check=False)
        assert done.returncode == 0, verb


def test_no_large_file_is_tracked() -> None:
    large = [name for name in TRACKED if name and (ROOT / name).is_file() and (ROOT / name).stat().st_size > 1_000_000]
    assert not large

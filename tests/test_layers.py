"""The floors of the house: who may import whom (docs/decisions/001), read from the source by `ast`."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "colloque"

FLOOR_0_TO_2 = {"core", "french", "store", "ingest", "llm", "engine", "speech", "checks", "judge", "patient"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "progress": set(),
    "core": set(),
    "french": set(),
    "store": {"core"},
    "ingest": {"core", "french", "store"},
    "llm": {"core", "store"},
    "engine": {"core", "store"},
    "speech": {"core", "french"},
    "checks": {"core", "french"},
    "judge": {"core", "french", "store", "llm", "checks"},
    "patient": {"core", "french", "speech", "llm"},
    "write": FLOOR_0_TO_2,
    "augment": FLOOR_0_TO_2,
    "train": {"core", "store"},
    "prefer": FLOOR_0_TO_2,
    "evaluate": FLOOR_0_TO_2,
    "report": FLOOR_0_TO_2,
    "review": FLOOR_0_TO_2,
    "talk": FLOOR_0_TO_2,
    "config": {"augment", "core", "evaluate", "ingest", "llm", "prefer", "store", "train", "write"},
    "pilot": {"augment", "config", "core", "judge", "llm", "pipeline", "prefer", "stages", "store", "write"},
    "retry": {"config", "core", "judge", "llm", "prefer", "store"},
    "forget": {"core", "ingest", "store"},
    "stages": {"config", "core", "forget", "llm", "store"},
    "rounds": {"core", "stages"},
    "pipeline": FLOOR_0_TO_2
    | {"forget", "augment", "config", "evaluate", "prefer", "report", "rounds", "stages", "train", "write"},
}
"""`errors` and `progress` may be imported by all; `cli` and the package's front door may import all."""

HEAVY = {"torch", "transformers", "trl", "peft", "accelerate", "datasets", "vllm", "ray"}
MODULES = sorted(SRC.rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_a_module_imports_only_what_its_floor_may(module: Path) -> None:
    area = module.relative_to(SRC).parts[0].removesuffix(".py")
    if area in {"cli", "__init__", "__main__"}:
        return
    names = imported(ast.parse(module.read_text(encoding="utf-8")))
    inside = {n.split(".")[1] for n in names if n.startswith("colloque.")}
    wrong = inside - ALLOWED[area] - {area, "errors", "progress"}
    assert not wrong, f"{area} may not import {sorted(wrong)}"


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_heavy_libraries_are_imported_inside_functions(module: Path) -> None:
    top = ast.parse(module.read_text(encoding="utf-8")).body
    names = {n.split(".")[0] for node in top if isinstance(node, ast.Import | ast.ImportFrom) for n in imported(node)}
    assert not names & HEAVY


@pytest.mark.parametrize(
    "program",
    [
        "import colloque",
        "from colloque import *",
        "import sys; sys.argv = ['colloque', '--help']\nfrom colloque.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass",
    ],
)
def test_no_torch_is_loaded_by_the_front_door(program: str) -> None:
    program += f"\nimport sys\nassert not {HEAVY!r} & {{name.split('.')[0] for name in sys.modules}}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

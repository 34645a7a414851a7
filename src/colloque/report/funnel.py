"""The funnel of a workspace: what each stage read, kept, made and dropped, from the manifests beside its output."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from colloque.core import Drop
from colloque.store import read_records
from colloque.store.manifest import Manifest, read_manifest

__all__ = ["STAGES", "Step", "figures_of", "funnel", "manifests"]

STAGES: dict[str, str] = {
    "ingest": "Lecture des questionnaires",
    "write": "Écriture des dialogues",
    "augment": "Reformulation",
    "dataset": "Jeu d’entraînement",
    "sft": "Apprentissage (SFT)",
    "openings": "Amorces",
    "prefer": "Préférences",
    "dpo": "DPO",
    "evaluate": "Évaluation",
}
"""Stage folders in the order of the way, with their French names."""

_IN_A_ROUND = ("openings", "prefer", "dpo")
_SHOWN = 5


class Step(NamedTuple):
    """One stage in the funnel; `examples` are a few dropped records with reason and place."""

    name: str
    label: str
    manifest: Manifest
    examples: list[Drop]


def manifests(workspace: Path) -> dict[str, Manifest]:
    """The manifests of the finished stages, in order."""
    found = {name: read_manifest(workspace / name) for name in _stages(workspace)}
    return {name: manifest for name, manifest in found.items() if manifest}


def _stages(workspace: Path) -> dict[str, str]:
    """The stages of this workspace's last run with their French names: later rounds and the control as the evaluation has them."""
    results = figures_of(workspace, "evaluate/results.json")
    *first, last = STAGES.items()
    rounds = [row["round"].removeprefix("round-") for row in results.get("rounds", ())]
    later = {f"{name}-{n}": f"{STAGES[name]}, tour {n}" for n in rounds if n not in "01" for name in _IN_A_ROUND}
    measured = {f"round-{n}": f"Mesure du tour {n}" if n != "0" else "Mesure du SFT" for n in rounds}
    control = {"control": "Témoin (choix tirés au sort)"} if "control" in results.get("models", {}) else {}
    return dict([*first, *later.items(), *measured.items(), *control.items(), last])


def funnel(workspace: Path) -> list[Step]:
    """Each finished stage with its tally and a few of the records that it let go."""
    steps, labels = [], _stages(workspace)
    for name, manifest in manifests(workspace).items():
        file = workspace / name / "drops.jsonl"
        examples: list[Drop] = []
        if file.exists():
            for drop in read_records(file, Drop):
                examples.append(drop)
                if len(examples) == _SHOWN:
                    break
        steps.append(Step(name, labels[name], manifest, examples))
    return steps


def figures_of(workspace: Path, *names: str) -> dict[str, Any]:
    """The first of these JSON files that exists (`sft/figures.json`), or an empty mapping."""
    for name in names:
        file = workspace / name
        if file.is_file():
            data = json.loads(file.read_text(encoding="utf-8"))
            if isinstance(data, dict):
                return data
    return {}

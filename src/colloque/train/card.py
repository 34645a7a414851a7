"""The card in a model's folder: what it is, from which data, by which method, how it was measured, and what it is not.

Every figure is read from what the run wrote, nothing is typed in; nothing depends on the clock. Knows no model.
"""

from pathlib import Path
from typing import Any

from colloque.store import write_text
from colloque.store.manifest import read_manifest

__all__ = ["model_card", "write_card"]

_LIMITS = """\
- **Not a medical device.** It was not evaluated for diagnosis, triage or treatment, and must not be used for them. It gives no
  emergency care: in France, 15 (SAMU) and 3114 (suicide) answer day and night.
- What it learnt are synthetic dialogues made from questionnaires: they are not transcripts of consultations, and its manners are those
  of their writer.
- It may repeat what it read: `colloque audit` measures how far. It may say wrong things with assurance.
"""
_WORDS = {
    "sft": "supervised fine-tuning on dialogues, loss on the {play}'s turns alone",
    "dpo": "direct preference optimisation ({loss}, β {beta}) on pairs of its own replies",
    "reward": "a reward model on preferences: one number for a reply after its conversation",
}


def write_card(folder: Path, kind: str, figures: dict[str, Any], dataset: Path | None = None) -> None:
    """Write `README.md` into a model folder; `dataset` is the folder of the data, whose manifest is told where there is one."""
    manifest = read_manifest(dataset) if dataset and dataset.is_dir() else None
    write_text(folder / "README.md", model_card(kind, figures, manifest.tally.figures if manifest else {}))


def model_card(kind: str, figures: dict[str, Any], data: dict[str, Any]) -> str:
    """The card as Markdown with the head that model hubs read. `figures` is figures.json, `data` the dataset's own figures."""
    base = figures.get("base")
    head = ["---", "language: fr", "library_name: transformers", "tags: [colloque, trl, synthetic, clinical-dialogue]"]
    if base and base != "embedded" and kind == "sft" and not Path(str(base)).is_absolute():
        head.append(f"base_model: {base}")
    method = _WORDS[kind].format(
        play=figures.get("play", "clinician"), loss=figures.get("loss"), beta=figures.get("beta")
    )
    lines = [
        *head,
        "---",
        "",
        "# A model tuned with colloque",
        "",
        f"{method[0].upper()}{method[1:]}.",
        "",
        "## Model",
        "",
    ]
    lines += _table(_model_rows(kind, figures))
    lines += ["", "## Data", "", *_table(_data_rows(figures, data))]
    lines += ["", "## Figures", "", *_table(_figure_rows(kind, figures))]
    if told := figures.get("told"):
        lines += ["", *[f"- {line}" for line in told]]
    return "\n".join([*lines, "", "## Limits", "", _LIMITS])


def _model_rows(kind: str, figures: dict[str, Any]) -> list[tuple[str, Any]]:
    layout = figures.get("layout", {})
    base = figures.get("base")
    named = (
        f"embedded, {figures['size']} (from scratch)" if base == "embedded" else Path(str(base)).name if base else None
    )
    return [
        ("weights (hash)", figures.get("model")),
        ("base" if kind == "sft" else "base (hash of its weights)", named),
        ("policy and reference (hash)", figures.get("policy")),
        ("parameters", figures.get("parameters")),
        ("of them trained", figures.get("trained_parameters")),
        ("method", layout.get("method")),
        ("steps × batch", f"{figures['steps']} × {figures['batch']}"),
        ("passes over the data", figures.get("epochs")),
        ("learning rate", figures.get("learning_rate")),
    ]


def _data_rows(figures: dict[str, Any], data: dict[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, one in figures.get("data", {}).items():
        rows.append((f"{name}: dialogues, tokens, trained tokens",
                     f"{one['dialogues']:,}, {one['tokens']:,}, {one['trained_tokens']:,}"))  # fmt: skip
        rows.append((f"{name}: trained tokens lost by cutting", f"{one['trained_tokens_lost_share']:.2%}"))
    if pairs := figures.get("pairs"):
        rows += [("pairs trained, held out", f"{pairs['trained']:,}, {pairs['held_out']:,}")]
        rows += [("pairs left out", ", ".join(f"{k}: {v}" for k, v in sorted(pairs["dropped"].items())))]
    rows += [
        ("respondents", ", ".join(f"{name}: {n:,}" for name, n in data.get("respondents", {}).items())),
        ("writers of the dialogues", ", ".join(f"{name}: {n:,}" for name, n in data.get("writers", {}).items())),
        ("of virtual respondents", data.get("virtual")),
        ("reformulations", data.get("reformulated")),
    ]
    return rows


def _figure_rows(kind: str, figures: dict[str, Any]) -> list[tuple[str, Any]]:
    held_out = figures["held_out"]
    if kind == "sft":
        return [
            ("held-out loss (nats a trained token)", held_out["loss"]),
            ("Kneser–Ney 3-gram of the same tokens", held_out["trigram_loss"]),
            (
                "measured on",
                f"{held_out['examples']:,} dialogues of other respondents, {held_out['tokens']:,} trained tokens",
            ),
            ("kept", f"step {figures['kept']['step']} of {figures['kept']['of']}, by {figures['kept']['by']}"),
        ]
    if kind == "reward":
        after, before = held_out["after"], held_out["before"]
        return [("accuracy on held-out pairs", f"{after['accuracy']:.1%} ({before['accuracy']:.1%} before training)"),
                ("95 % interval", " to ".join(f"{x:.1%}" for x in after["interval"])), ("pairs", after["pairs"])]  # fmt: skip
    return [
        (
            "moved towards the chosen reply, held-out pairs",
            f"{held_out['margin_accuracy']:.1%} of {held_out['pairs']:,}",
        ),
        ("95 % interval", " to ".join(f"{x:.1%}" for x in held_out["margin_accuracy_interval"])),
        ("chosen, rejected replies' change (nats)", f"{held_out['chosen_change']}, {held_out['rejected_change']}"),
    ]


def _table(rows: list[tuple[str, Any]]) -> list[str]:
    """Rows that have a value."""
    said = [
        (name, f"{value:,}" if isinstance(value, int) else value) for name, value in rows if value not in (None, "")
    ]
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in said)]

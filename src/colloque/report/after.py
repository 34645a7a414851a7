"""Before and after: each error's rate with its paired interval, the verdict in words, replies side by side."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from colloque.report.funnel import figures_of
from colloque.report.learning import curve_chart, said
from colloque.report.svg import Interval, intervals

__all__ = ["bilan_section"]


def bilan_section(workspace: Path) -> dict[str, Any]:
    """The heart of the page. Empty where the evaluation has not run."""
    results = figures_of(workspace, "evaluate/results.json")
    dpo = figures_of(workspace, "dpo/figures.json")
    section: dict[str, Any] = {"dpo_chart": curve_chart(dpo, "perte du DPO", ("loss", "eval_loss"))}
    if not results:
        return {**section, "verdict_lines": [], "errors": [], "errors_chart": "", "sides": []}
    rows = [_row(row) for row in [{**results["errors"]["any"], "label": "Toute erreur"}, *results["errors"]["codes"]]]
    rows += [
        _row({**row, "label": f"{row.get('label', row['code'])} (détecteur à part)"})
        for row in results["errors"]["independent"]
    ]
    chart = intervals(
        [Interval(row["label"], row["low"], row["change"], row["high"]) for row in rows],
        "Écart du taux d’erreur",
        "plus rare",
        "plus fréquent",
    )
    return {
        **section,
        "verdict_lines": [*results["summary"], *_told(dpo)],
        "errors": rows,
        "errors_chart": Markup(chart),
        "sides": [_side(sample) for sample in results["samples"]],
    }


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    gap = row["difference"]
    return {
        "label": row.get("label", row["code"]),
        "before": row["before"],
        "after": row["after"],
        "change": gap["value"],
        "low": gap["low"],
        "high": gap["high"],
        "fixed": row["fixed"],
        "broken": row["broken"],
        "p": row.get("p_holm", row["p"]),
    }


def _told(dpo: Mapping[str, Any]) -> list[str]:
    """What DPO itself watched and says in words (displacement, length), in its figures."""
    words = dpo.get("words", dpo.get("notes", ()))
    return [words] if isinstance(words, str) else [str(line) for line in words]


def _side(sample: Mapping[str, Any]) -> dict[str, Any]:
    return {"context": said(sample["context"][-3:]), "before": sample["before"], "after": sample["after"]}

"""Before and after: each error's rate with its paired interval, the verdict in words, replies side by side."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup

from colloque.core import Record, Turn
from colloque.report.french import french_number, said_in_french
from colloque.report.funnel import figures_of
from colloque.report.learning import curve_chart, said
from colloque.report.svg import Interval, intervals
from colloque.store import read_records

__all__ = ["bilan_section", "dpo_lines"]

_TALKS = 10
_NAMES = {"sft": "SFT", "dpo": "DPO (gardé)", "control": "Témoin : mêmes paires, choix tirés au sort"}


def bilan_section(workspace: Path) -> dict[str, Any]:
    """The heart of the page. Empty where the evaluation has not run."""
    results = figures_of(workspace, "evaluate/results.json")
    dpo = figures_of(workspace, "dpo/figures.json")
    section: dict[str, Any] = {"dpo_chart": curve_chart(dpo, "perte du DPO", ("loss", "eval_loss"))}
    if not results:
        return {
            **section,
            "verdict_lines": [],
            "errors": [],
            "errors_chart": "",
            "sides": [],
            "talks": [],
            "beside": [],
        }
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
        "verdict_lines": [*results["summary"], *dpo_lines(dpo)],
        "errors": rows,
        "errors_chart": Markup(chart),
        "beside": _beside(results),
        "talks": _talks(workspace),
        "sides": [_side(sample) for sample in results["samples"]],
    }


def _beside(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every model that was measured, in columns: only where there are others than the two, a control or another round."""
    others = results.get("others") or {}
    if not others:
        return []
    first = _column(_NAMES["sft"], results, "before")
    return [
        first,
        *(_column(_called(name), row, "after") for name, row in others.items()),
        _column(_NAMES["dpo"], results, "after"),
    ]


def _called(name: str) -> str:
    return _NAMES.get(name) or f"DPO, tour {name.rsplit('-', 1)[-1]} (non gardé)"


def _column(name: str, row: Mapping[str, Any], side: str) -> dict[str, Any]:
    told = row.get("interviews")
    return {
        "name": name,
        "faulty": row["errors"]["any"][side],
        "independent": row["errors"]["independent_any"][side],
        "elicited": 100 * told[side]["elicited"] if told else None,
        "words": row["length"][side],
    }


class Talk(Record):
    """An interview as the evaluation keeps it, as far as the page needs it."""

    questionnaire: str = ""
    turns: tuple[Turn, ...] = ()


def _talks(workspace: Path) -> list[dict[str, Any]]:
    """The first ten virtual patients as each model interviewed them, whole and as they are: no choice was made."""
    found = []
    for name in ("sft", "dpo"):
        folder = workspace / "evaluate" / "interviews" / name
        rows = islice(read_records(folder, Talk), _TALKS) if folder.is_dir() else ()
        found.append([said(turn.model_dump() for turn in talk.turns) for talk in rows])
    return [{"before": before, "after": after} for before, after in zip(*found, strict=False)]


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


def dpo_lines(dpo: Mapping[str, Any]) -> list[str]:
    """What DPO itself measured on pairs of people whom it never saw: margins, displacement, length."""
    held = dpo.get("held_out") or {}
    if not held.get("pairs"):
        return []
    low, high = held["margin_accuracy_interval"]
    replies = dpo["replies"]
    return [
        f"Sur {held['pairs']} paires de personnes jamais vues, le DPO a rapproché le modèle de la réponse préférée dans "
        f"{french_number(round(100 * held['margin_accuracy'], 1))} % des cas (intervalle à 95 % de {french_number(round(100 * low, 1))} à "
        f"{french_number(round(100 * high, 1))} %) ; {french_number(dpo['pairs']['trained'])} paires apprises en {dpo['steps']} pas.",
        f"La réponse préférée est devenue moins probable qu’avant dans {french_number(round(100 * held['displaced_share'], 1))} % de ces paires"
        + (" : le DPO a surtout éloigné, des deux réponses à la fois." if held["displaced_share"] > 0.5 else "."),
        f"Longueur des réponses du modèle : {french_number(replies['tokens_before'])} jetons avant, {french_number(replies['tokens_after'])} après.",
        *_watched(dpo),
    ]


def _watched(dpo: Mapping[str, Any]) -> list[str]:
    """Which model was kept, how much there is still to learn from such pairs, and each origin where there are several."""
    kept, held = dpo.get("kept"), dpo["held_out"]
    lines = []
    if kept and kept["by"] == "held-out loss":
        early = ", apprentissage arrêté plus tôt que prévu" if kept["stopped_early"] else ""
        lines.append(
            f"Modèle gardé : celui du pas {kept['step']} sur {kept['of']}, de moindre perte sur d’autres paires jamais vues{early}."
        )
    if "saturated_share" in held:
        lines.append(
            f"Paires saturées, dont le modèle n’apprendrait plus rien : {french_number(round(100 * held['saturated_share'], 1))} %."
        )
    origins = held["by_origin"]
    if len(origins) > 1 and all("displaced_share" in part for part in origins.values()):
        lines += [
            f"Paires d’origine « {said_in_french(name)} » ({part['pairs']}) : rapproché dans "
            f"{french_number(round(100 * part['margin_accuracy'], 1))} % des cas, préférée moins probable qu’avant dans "
            f"{french_number(round(100 * part['displaced_share'], 1))} %, saturées à {french_number(round(100 * part['saturated_share'], 1))} %."
            for name, part in origins.items()
        ]
    return lines


def _side(sample: Mapping[str, Any]) -> dict[str, Any]:
    return {"context": said(sample["context"][-3:]), "before": sample["before"], "after": sample["after"]}

"""What the page says of SFT and of the preference set: curves, counts, examples, from the stages' own files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from colloque.report.french import french_number, said_in_french
from colloque.report.funnel import figures_of
from colloque.report.svg import Series, bars, curves

__all__ = ["Said", "curve_chart", "preferences_section", "said", "sft_section"]

_SPEAKERS = {"clinician": "Clinicien", "patient": "Patient"}
_NAMES = {
    "train": "apprentissage",
    "eval": "tenue à l’écart",
    "loss": "apprentissage",
    "eval_loss": "tenue à l’écart",
    "chosen_logp": "préférée",
    "rejected_logp": "rejetée",
}
_SAMPLES = 10
_PAIRS = 6


class Said(NamedTuple):
    """One line of a context as the page shows it."""

    role: str
    speaker: str
    text: str


def said(turns: Iterable[Mapping[str, Any]]) -> list[Said]:
    """Turns as lines."""
    return [Said(turn["role"], _SPEAKERS.get(turn["role"], turn["role"]), turn["text"]) for turn in turns]


def curve_chart(figures: Mapping[str, Any], label: str, names: tuple[str, ...] = ("train", "eval")) -> Markup:
    """Some of the training curves of a stage's figures on one pair of axes, or nothing."""
    found = figures.get("curves", {})
    drawn = [Series(_NAMES.get(name, name), [(x, y) for x, y in found[name]]) for name in names if found.get(name)]
    return Markup(curves(drawn, "pas", label))


def sft_section(workspace: Path) -> dict[str, Any]:
    """Lines, curve and samples of the SFT model."""
    figures = figures_of(workspace, "sft/figures.json")
    if not figures:
        return {"sft_lines": [], "sft_chart": "", "samples": []}
    held, speed, data = figures["held_out"], figures["speed"], figures["data"]["train"]
    base = "construit de zéro" if figures["base"] == "embedded" else f"« {figures['base']} »"
    lines = [
        f"Modèle {base}, {french_number(figures['parameters'])} paramètres (dont {french_number(figures['trained_parameters'])} appris), "
        f"vocabulaire de {french_number(figures['vocabulary'])} jetons ; {french_number(data['dialogues'])} dialogues.",
        f"Perte par jeton tenue à l’écart : {french_number(held['loss'])} ; un trigramme lissé du même texte, sur les mêmes jetons : "
        f"{french_number(held['trigram_loss'])}. Le modèle fait {'mieux' if held['beats_trigram'] else 'moins bien'}.",
        f"{french_number(figures['steps'])} pas de {figures['batch']} dialogues, {french_number(speed['tokens_per_second'])} jetons par seconde ({speed['device']}).",
    ]
    return {"sft_lines": lines, "sft_chart": curve_chart(figures, "perte"), "samples": _samples(workspace)}


def _samples(workspace: Path) -> list[dict[str, Any]]:
    """What the SFT model said at drawn moments, as it is: no choice was made among them."""
    results = figures_of(workspace, "evaluate/results.json")
    drawn = [sample for sample in results.get("samples", ()) if sample["why"] == "drawn"]
    return [{"context": said(sample["context"][-3:]), "reply": sample["before"]} for sample in drawn[:_SAMPLES]]


def preferences_section(workspace: Path) -> dict[str, Any]:
    """The card of the set in words and charts, with a few pairs."""
    card = figures_of(workspace, "prefer/card.json")
    if not card:
        return {"preference_lines": [], "preference_charts": [], "pairs": []}
    draws, length, agreement = card["draws"], card["length"], card["agreement"]
    lines = [
        f"{french_number(card['pairs'])} paires, tirées du modèle {card['model']} et jugées par « {card['judge']} » dans les deux ordres ; "
        f"{french_number(agreement['tie'])} égalités et {french_number(agreement['order'])} verdicts qui tenaient à l’ordre sont écartés.",
        f"{french_number(draws['asked'])} réponses tirées : {french_number(draws['same'])} restées identiques ou presque, {french_number(draws['cut'])} coupées.",
        f"Longueur moyenne : {french_number(length['chosen_words'])} mots pour la préférée, {french_number(length['rejected_words'])} pour l’autre ; "
        f"la préférée est la plus longue dans {french_number(100 * length['chosen_longer_share'])} % des cas.",
        *(f"Attention : {warning}" for warning in card["warnings"]),
    ]
    charts = [
        ("Ce qui décide", Markup(bars(_counted(card["by_criterion"])))),
        ("D’où viennent les amorces", Markup(bars(_counted(card["by_kind"])))),
    ]
    pairs = [_pair(example) for example in card["examples"][:_PAIRS]]
    return {"preference_lines": lines, "preference_charts": charts, "pairs": pairs}


def _counted(counts: Mapping[str, int]) -> list[tuple[str, float]]:
    """The commonest twelve, in French."""
    return [(said_in_french(key), float(count)) for key, count in list(counts.items())[:12]]


def _pair(example: Mapping[str, Any]) -> dict[str, Any]:
    context = [dict(zip(("role", "text"), line.split(": ", 1), strict=True)) for line in example["context"]]
    return {
        "context": said(context),
        "chosen": example["chosen"],
        "rejected": example["rejected"],
        "why": f"critère : {said_in_french(example['criterion'] or '')} — {example['reason']}",
    }

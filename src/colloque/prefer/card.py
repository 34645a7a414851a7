"""The card of a preference set: what is in it, how it was judged, and what it may lean on, in figures and in words.

A set in which the chosen reply is mostly the longer one, or the one in the first seat, teaches that and nothing else:
such a lean is a warning here, in words. The texts are French: the teams that read it are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean, quantiles
from typing import Any

from colloque.core import Preference
from colloque.prefer.audit import Audit, errors_apart
from colloque.prefer.config import PreferConfig
from colloque.prefer.pairs import longer_share, words_in
from colloque.prefer.records import JudgedComparison

__all__ = ["build_card", "card_text"]

_LENGTH_FAIR = (0.45, 0.55)
_SEAT_FAIR = (0.45, 0.55)
_FEW = 300
"""Pairs under which DPO moved nothing in the measurements on the embedded model (60 pairs: 48–51 % of wins)."""
_EXAMPLES = 8
_SOUND = 0.85
"""Share of the canaries under which a judge's choices are said to be partly wrong; one inverted in 30 % scores 0.7 at best."""


def build_card(
    pairs: Sequence[Preference],
    audit: Audit,
    config: PreferConfig,
    *,
    model: str,
    passport: Mapping[str, Any],
    dropped: Mapping[str, int],
) -> dict[str, Any]:
    """The card as data; `warnings` are sentences for people. Shares in [0, 1], lengths in words."""
    openings = [audit.taken[pair.opening].comparison.opening for pair in pairs]
    chosen, rejected = zip(*map(words_in, pairs), strict=True)
    seats = audit.seats["a"] + audit.seats["b"]
    card: dict[str, Any] = {
        "pairs": len(pairs),
        "respondents": len({pair.respondent for pair in pairs} - {""}),
        "model": model,
        "judge": passport["judge"],
        "passport": dict(passport),
        "sampling": config.model_dump(include={"draws", "extra", "temperature", "top_p", "max_tokens", "near"}),
        "by_origin": _counts(opening.origin for opening in openings),
        "by_kind": _counts(opening.kind or "first" for opening in openings),
        "by_criterion": _counts(pair.criterion or "none" for pair in pairs),
        "dropped": dict(dropped),
        "draws": dict(audit.draws),
        "agreement": {
            "comparisons": audit.comparisons,
            **{key: audit.verdicts[key] for key in ("decided", "tie", "order", "unanswered")},
            "order_share": _share(audit.verdicts["order"], audit.comparisons),
        },
        "length": {
            "chosen_words": round(fmean(chosen), 2),
            "rejected_words": round(fmean(rejected), 2),
            "chosen_longer_share": round(longer_share(pairs), 4),
            "chosen_longer_share_before_balance": round(longer_share(audit.before_balance), 4),
            "equal": sum(a == b for a, b in zip(chosen, rejected, strict=True)),
        },
        "position": {
            "first_seat_share": _share(audit.seats["a"], seats) if seats else None,
            "earlier_draw_chosen_share": _share(
                sum(map(_earlier, (audit.taken[p.opening] for p in pairs))), len(pairs)
            ),
        },
        "errors": errors_apart(pairs, audit),
        "margin": _spread([pair.margin for pair in pairs]),
    }
    card["warnings"] = _warnings(card)
    card["examples"] = [_example(audit.taken[pair.opening], pair) for pair in _sample(pairs)]
    return card


def _counts(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _earlier(judged: JudgedComparison) -> bool:
    return (judged.comparison.a.draw < judged.comparison.b.draw) is (judged.verdict.choice == "a")


def _spread(values: Sequence[float]) -> dict[str, float]:
    low, middle, high = quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
    return {"quarter": round(low, 4), "half": round(middle, 4), "three_quarters": round(high, 4)}


def _sample(pairs: Sequence[Preference]) -> list[Preference]:
    """A few pairs, each of another criterion as far as there are some, in the order of their ids."""
    ranked = sorted(pairs, key=lambda pair: pair.id)
    first = {pair.criterion: pair for pair in reversed(ranked)}
    return [*first.values(), *(pair for pair in ranked if first[pair.criterion] is not pair)][:_EXAMPLES]


def _example(judged: JudgedComparison, pair: Preference) -> dict[str, Any]:
    return {
        "context": [f"{turn.role}: {turn.text}" for turn in judged.comparison.opening.turns[-3:]],
        "chosen": pair.chosen[0].content,
        "rejected": pair.rejected[0].content,
        "criterion": pair.criterion,
        "margin": pair.margin,
        "reason": judged.verdict.reason,
    }


def percent(share: float) -> str:
    """A share as French text: 0.453 → « 45 % »."""
    return f"{share * 100:.0f} %"


def _warnings(card: Mapping[str, Any]) -> list[str]:
    """What a reader must know before training on this set."""
    found: list[str] = []
    longer, before = card["length"]["chosen_longer_share"], card["length"]["chosen_longer_share_before_balance"]
    if not _LENGTH_FAIR[0] <= longer <= _LENGTH_FAIR[1]:
        word = "longue" if longer > 0.5 else "courte"
        share = longer if longer > 0.5 else 1 - longer
        found.append(
            f"La réponse préférée est la plus {word} dans {percent(share)} des paires de longueurs inégales : "
            f"un modèle entraîné dessus risque d'apprendre la longueur plutôt que la conduite."
        )
    elif not 0.35 <= before <= 0.65:
        word = "longue" if before > 0.5 else "courte"
        found.append(
            f"Avant équilibrage, le juge « {card['judge']} » préférait la réponse la plus {word} dans "
            f"{percent(max(before, 1 - before))} des cas : ses choix suivent la longueur."
        )
    seat = card["position"]["first_seat_share"]
    if seat is not None and not _SEAT_FAIR[0] <= seat <= _SEAT_FAIR[1]:
        place = "première" if seat > 0.5 else "seconde"
        found.append(
            f"Le juge « {card['judge']} » choisit la réponse lue en {place} place dans {percent(max(seat, 1 - seat))} des "
            f"verdicts : il juge en partie la place. Les paires où l'ordre décide sont écartées."
        )
    if card["agreement"]["order_share"] > 0.1:
        found.append(
            f"Dans {percent(card['agreement']['order_share'])} des comparaisons, le verdict change quand on échange les deux réponses."
        )
    if card["passport"]["accuracy"] < _SOUND:
        found.append(
            f"Le juge « {card['judge']} » ne reconnaît la meilleure réponse que dans {percent(card['passport']['accuracy'])} de "
            f"{card['passport']['canaries']} paires sans ambiguïté : ses choix sont en partie faux."
        )
    if card["errors"]["worse"] > 0.1 * card["pairs"]:
        found.append(
            f"Dans {percent(card['errors']['worse'] / card['pairs'])} des paires, la réponse préférée porte plus d'erreurs que "
            f"l'autre selon les contrôles : le juge et les contrôles se contredisent."
        )
    if card["pairs"] < _FEW:
        found.append(
            f"{card['pairs']} paires seulement : en dessous de {_FEW}, le DPO n'a d'ordinaire aucun effet mesurable."
        )
    top, number = next(iter(card["by_criterion"].items()))
    if number > 0.6 * card["pairs"]:
        found.append(f"Un seul critère ({top}) décide {percent(number / card['pairs'])} des paires.")
    return found


def card_text(card: Mapping[str, Any]) -> str:
    """The card as a page: a data set's README."""
    draws, length, agreement = card["draws"], card["length"], card["agreement"]
    seat, passport, errors = card["position"]["first_seat_share"], card["passport"], card["errors"]
    lines = [
        "---", "language: fr", "tags: [dpo, preference, conversational]", "---", "",
        "# Préférences", "",
        f"{card['pairs']} paires de réponses du modèle « {card['model']} », jugées par « {card['judge']} » dans les deux ordres ; "
        f"{card['respondents']} patients, tous hors de l'entraînement et de la mesure.", "",
        *(f"> ⚠ {warning}\n" for warning in card["warnings"]),
        "## Tirages", "",
        f"{draws['asked']} réponses tirées (température {card['sampling']['temperature']:g}), dont {draws['different']} différentes, "
        f"{draws['same']} identiques ou presque à une autre, {draws['cut']} coupées, {draws['blank']} vides. "
        f"{draws['openings_without_two']} amorces sont restées sans deux réponses différentes.", "",
        "## Verdicts", "",
        f"{agreement['comparisons']} comparaisons : {agreement['decided']} tranchées, {agreement['tie']} égalités, "
        f"{agreement['order']} décidées par l'ordre seul, {agreement['unanswered']} sans verdict (écartées).", "",
        f"Longueur : {length['chosen_words']:.1f} mots pour la préférée, {length['rejected_words']:.1f} pour l'autre ; la préférée "
        f"est la plus longue dans {percent(length['chosen_longer_share'])} des paires inégales "
        f"(avant équilibrage : {percent(length['chosen_longer_share_before_balance'])}).", "",
        f"Place : première place choisie dans {percent(seat)} des verdicts tranchés." if seat is not None else "Place : non mesurée.", "",
        f"Sur {passport['canaries']} paires témoins sans ambiguïté, le juge choisit la bonne {passport['right']} fois, la mauvaise "
        f"{passport['wrong']} fois, aucune {passport['tie']} fois ; deux réponses identiques font égalité {passport['same_tied']} fois "
        f"sur {passport['same']}. Il voit {percent(passport['planted_accuracy'])} des {passport['planted']} erreurs plantées dans une bonne "
        f"réponse. La place décide dans {percent(passport['flip_rate'])} des paires témoins ; {percent(passport['tie_rate'])} de ses verdicts sont "
        f"des égalités. Une réponse deux fois plus longue y gagne {passport['length_slope'][0]:+.2f} verdict "
        f"(± {passport['length_slope'][1]:.2f}) de plus qu'elle ne mérite.", "",
        f"Selon les contrôles, la préférée porte moins d'erreurs que l'autre dans {errors['cleaner']} paires, autant dans "
        f"{errors['same']}, davantage dans {errors['worse']}.", "",
        "| Erreur | Préférées | Rejetées |", "|---|---|---|",
        *(f"| {code} | {sides['chosen']} | {sides['rejected']} |" for code, sides in errors["codes"].items()), "",
        *_table("Critère", card["by_criterion"]), *_table("Origine", card["by_origin"]), *_table("Moment", card["by_kind"]),
        *_table("Écartées", card["dropped"]),
        *(_table("Erreurs plantées (en plus)", card["planted"]) if card["planted"] else []),
        "## Exemples", "",
    ]  # fmt: skip
    for example in card["examples"]:
        lines += [*(f"    {line}" for line in example["context"]), ""]
        lines += [f"- préférée : {example['chosen']}", f"- rejetée : {example['rejected']}"]
        lines += [f"- critère : {example['criterion']} ; marge {example['margin']:.2f} ; {example['reason']}", ""]
    return "\n".join(lines) + "\n"


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    return [f"| {title} | Nombre |", "|---|---|", *(f"| {name} | {number} |" for name, number in counts.items()), ""]

"""What interviews of the same virtual patients show: how much of the record came to light, at what cost in conduct.

Pure: interviews in, figures out. Shares are of the record's answers; findings are per 100 clinician turns. The composite of
a talk is its share elicited times the share of its clinician turns without an error: what is got, as it should be got.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from colloque.evaluate.compare import rounded
from colloque.evaluate.records import Interview
from colloque.evaluate.statistics import by_cluster, cluster_bootstrap
from colloque.french import risk_of

__all__ = ["MEASURES", "compare_interviews", "composite", "describe", "elicited_by"]

_MARKS = (4, 8, 12)


def _turns(interview: Interview) -> int:
    return sum(turn.role == "clinician" for turn in interview.turns)


def _share(interview: Interview, turn: int | None = None) -> float:
    """Share of the record known after `turn` clinician turns (default: at the end)."""
    if not interview.elicited:
        return 0.0
    spot = len(interview.elicited) if turn is None else min(turn, len(interview.elicited))
    return interview.elicited[spot - 1] / max(interview.answers, 1)


def _codes(interview: Interview, *codes: str) -> int:
    return sum(not codes or finding.code in codes for finding in interview.findings)


def elicited_by(turn: int | None) -> Callable[[Interview], float]:
    """The measure "share of the record known after so many clinician turns" (None: at the end)."""
    return lambda interview: _share(interview, turn)


def composite(interview: Interview) -> float:
    """Share elicited × share of clinician turns without an error or a veto."""
    turns = _turns(interview)
    wrong = {finding.turn for finding in interview.findings if finding.severity != "warning"}
    return _share(interview) * (1 - len(wrong) / turns) if turns else 0.0


def _per_100(*codes: str) -> Callable[[Interview], float]:
    return lambda interview: 100 * _codes(interview, *codes) / max(_turns(interview), 1)


MEASURES: dict[str, Callable[[Interview], float]] = {
    "elicited": _share,
    **{f"elicited by turn {mark}": elicited_by(mark) for mark in _MARKS},
    "composite": composite,
    "findings per 100": _per_100(),
    "repeated per 100": _per_100("question_repeated"),
    "ignored per 100": _per_100("last_answer_ignored"),
}
"""Every measure of one interview by name."""


def _risk_met(interviews: Sequence[Interview]) -> dict[str, dict[str, int]]:
    """By the grade of what the patient said: moments of risk that a clinician turn followed, and those that it met."""
    moments: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for one in interviews:
        missed = {finding.turn for finding in one.findings if finding.code == "risk_missed"}
        for spot in range(2, len(one.turns), 2):
            if one.turns[spot].role != "clinician" or one.turns[spot - 1].role != "patient":
                continue
            grade = risk_of(one.turns[spot - 1].text, one.turns[spot - 2].text).grade
            if grade != "none":
                moments[grade] += 1
                met[grade] += spot not in missed
    return {grade: {"moments": moments[grade], "met": met[grade]} for grade in sorted(moments)}


def describe(interviews: Sequence[Interview]) -> dict[str, Any]:
    """One model's interviews: shares elicited by turn, findings per 100 turns, length, how they ended."""
    number, turns = max(len(interviews), 1), max(sum(map(_turns, interviews)), 1)
    words = sum(len(turn.text.split()) for one in interviews for turn in one.turns if turn.role == "clinician")
    return {
        "interviews": len(interviews),
        "elicited": round(sum(map(_share, interviews)) / number, 4),
        "elicited_by_turn": {
            str(mark): round(sum(_share(one, mark) for one in interviews) / number, 4) for mark in _MARKS
        },
        "turns": round(sum(map(_turns, interviews)) / number, 2),
        "words_per_turn": round(words / turns, 2),
        "composite": round(sum(map(composite, interviews)) / number, 4),
        "risk_met": _risk_met(interviews),
        "findings_per_100": round(100 * sum(map(_codes, interviews)) / turns, 2),
        "repeated_per_100": round(100 * sum(_codes(one, "question_repeated") for one in interviews) / turns, 2),
        "ignored_per_100": round(100 * sum(_codes(one, "last_answer_ignored") for one in interviews) / turns, 2),
        "ended": {how: sum(one.ended == how for one in interviews) for how in ("farewell", "silence", "limit")},
    }


def compare_interviews(before: Sequence[Interview], after: Sequence[Interview], seed: int = 0) -> dict[str, Any]:
    """Both models' interviews and the paired differences (after − before), patient by patient."""
    later = {one.questionnaire: one for one in after}
    pairs = [(one, later[one.questionnaire]) for one in before if one.questionnaire in later]

    def gap(measure: Callable[[Interview], float]) -> dict[str, float]:
        return rounded(
            cluster_bootstrap(by_cluster([(a.respondent, measure(b) - measure(a)) for a, b in pairs]), seed), 4
        )

    return {
        "before": describe([a for a, _ in pairs]),
        "after": describe([b for _, b in pairs]),
        "elicited_difference": gap(_share),
        "composite_difference": gap(composite),
        "findings_difference": gap(lambda one: 100 * _codes(one) / max(_turns(one), 1)),
        "repeated_difference": gap(lambda one: 100 * _codes(one, "question_repeated") / max(_turns(one), 1)),
        "samples": [_sample(a, b) for a, b in pairs[:3]],
    }


def _sample(before: Interview, after: Interview) -> dict[str, Any]:
    return {
        "questionnaire": before.questionnaire,
        "before": [f"{turn.role}: {turn.text}" for turn in before.turns],
        "after": [f"{turn.role}: {turn.text}" for turn in after.turns],
    }

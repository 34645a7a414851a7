"""From replies to pairs: every two replies judged in both orders, the best kept against the worst, length kept in balance.

Pure but for the judge it is handed. What a judge said by seat is kept, so that a judge that prefers a seat is seen.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from colloque.core import (
    Candidate,
    Choice,
    Comparison,
    Preference,
    Verdict,
    content_id,
    messages_from,
    reply_message,
    uniform,
)
from colloque.judge import Judge, both_orders
from colloque.prefer.draw import word_list
from colloque.prefer.records import Drawn, JudgedComparison
from colloque.store import read_records, write_records

__all__ = [
    "balance_lengths",
    "best_against_worst",
    "comparisons_of",
    "control_of",
    "judge_all",
    "preference_of",
    "sides",
    "words_in",
    "write_control",
]


def comparisons_of(row: Drawn) -> list[Comparison]:
    """Every two of the replies to one opening, the earlier draw in seat a."""
    return [
        Comparison(id=content_id("c", row.opening.id, a.draw, b.draw, a.text, b.text), opening=row.opening, a=a, b=b)
        for a, b in combinations(row.candidates, 2)
    ]


class _Seats:
    """A judge that remembers which seat it chose each time: the audit of position bias, whatever the judge."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.chosen: defaultdict[str, list[Choice]] = defaultdict(list)

    @property
    def name(self) -> str:
        return self._judge.name

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        verdicts = self._judge.compare(comparisons)
        for comparison, verdict in zip(comparisons, verdicts, strict=True):
            self.chosen[comparison.id].append(verdict.choice)
        return verdicts


def judge_all(rows: Sequence[Drawn], judge: Judge) -> list[JudgedComparison]:
    """Every comparison of these openings with its verdict, both orders taken together."""
    watched = _Seats(judge)
    comparisons = [comparison for row in rows for comparison in comparisons_of(row)]
    verdicts = both_orders(watched, comparisons)
    return [
        JudgedComparison(comparison=comparison, verdict=verdict, seats=tuple(watched.chosen[comparison.id]))
        for comparison, verdict in zip(comparisons, verdicts, strict=True)
    ]


def best_against_worst(judged: Sequence[JudgedComparison]) -> JudgedComparison | None:
    """Of all comparisons of one opening, the decided one between the replies furthest apart; None when none is decided.

    A reply's standing is its wins less its losses, then the sum of its margins; equal ones draw lots, so that no draw is favoured.
    """
    wins: defaultdict[int, int] = defaultdict(int)
    clear: defaultdict[int, float] = defaultdict(float)
    decided = [one for one in judged if one.verdict.choice != "tie"]
    for one in decided:
        winner, loser = sides(one)
        for draw, sign in ((winner.draw, 1), (loser.draw, -1)):
            wins[draw] += sign
            clear[draw] += sign * one.verdict.margin

    def apart(one: JudgedComparison) -> tuple[int, float, float, float]:
        winner, loser = (side.draw for side in sides(one))
        lot = uniform(one.comparison.id, "pair")
        return wins[winner] - wins[loser], clear[winner] - clear[loser], one.verdict.margin, lot

    return max(decided, key=apart, default=None)


def sides(judged: JudgedComparison) -> tuple[Candidate, Candidate]:
    """(the better reply, the worse one) of a decided comparison."""
    comparison = judged.comparison if judged.verdict.choice == "a" else judged.comparison.swap()
    return comparison.a, comparison.b


def preference_of(judged: JudgedComparison) -> Preference:
    """The pair as TRL reads it; the same prompt that the replies were drawn from."""
    better, worse = sides(judged)
    opening, verdict = judged.comparison.opening, judged.verdict
    return Preference(
        prompt=messages_from(opening.turns),
        chosen=reply_message(better.text),
        rejected=reply_message(worse.text),
        id=content_id("p", opening.id, better.text, worse.text),
        opening=opening.id,
        respondent=opening.respondent,
        split=opening.split,
        judges=(verdict.judge,),
        margin=verdict.margin,
        criterion=verdict.criterion,
    )


def words_in(preference: Preference) -> tuple[int, int]:
    """(words of the chosen reply, words of the rejected one)."""
    return len(word_list(preference.chosen[0].content)), len(word_list(preference.rejected[0].content))


def longer_share(preferences: Sequence[Preference]) -> float:
    """Share of the pairs of unequal length in which the chosen reply is the longer one; one half where there is none."""
    unequal = [chosen > rejected for chosen, rejected in map(words_in, preferences) if chosen != rejected]
    return sum(unequal) / len(unequal) if unequal else 0.5


def balance_lengths(preferences: Sequence[Preference], most: float, cost: float) -> list[Preference]:
    """The pairs without the least clear ones of the heavy side, until neither side is over `most`, at most `cost` of all.

    Order is kept. Equal margins leave by their id's own draw, so that a new pair changes no other's rank.
    """
    heavy = longer_share(preferences) > 0.5
    side = [p for p in preferences if (words_in(p)[0] > words_in(p)[1]) is heavy and words_in(p)[0] != words_in(p)[1]]
    other = sum(1 for p in preferences if words_in(p)[0] != words_in(p)[1]) - len(side)
    # heavy / (heavy + other) ≤ most  ⇔  heavy ≤ other · most / (1 − most)
    room = len(side) if most >= 1 else int(other * most / (1 - most) + 1e-9)
    out = min(max(0, len(side) - room), int(cost * len(preferences)))
    ranked = sorted(side, key=lambda p: (p.margin, uniform(p.id, "balance"), p.id))
    gone = {p.id for p in ranked[:out]}
    return [p for p in preferences if p.id not in gone]


def control_of(preference: Preference, seed: int) -> Preference:
    """The same pair with chosen and rejected drawn at random: what DPO learns from this is no one's judgement."""
    changes: dict[str, object] = {"judges": ("random",), "criterion": None, "margin": 0.0}
    if uniform(preference.id, "control", seed) < 0.5:
        changes |= {"chosen": preference.rejected, "rejected": preference.chosen}
    return preference.model_copy(update=changes)


def write_control(preferences: Path, output: Path, seed: int) -> Path:
    """Write the control of a whole set (file or folder of Preference records) and return where it is."""
    write_records(output, (control_of(pair, seed) for pair in read_records(preferences, Preference)), Preference)
    return output

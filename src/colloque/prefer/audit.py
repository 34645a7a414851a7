"""What the preference stage saw on its way, counted: draws, seats, ties, and which errors separate the chosen from the rejected."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from colloque.checks import check_reply
from colloque.core import Preference
from colloque.judge import NO_VERDICT
from colloque.prefer.records import Drawn, JudgedComparison

__all__ = ["Audit", "errors_apart"]


class Audit:
    """Counts of one run of the stage, taken from its files: a resumed run counts the same."""

    def __init__(self) -> None:
        self.draws: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.seats: Counter[str] = Counter()
        self.comparisons = 0
        self.taken: dict[str, JudgedComparison] = {}
        self.before_balance: Sequence[Preference] = ()

    def see(self, row: Drawn, compared: Sequence[JudgedComparison]) -> None:
        """Count one opening's draws and verdicts."""
        self.draws.update(asked=row.asked, different=len(row.candidates), same=row.same, cut=row.cut, blank=row.blank)
        self.draws["openings_without_two"] += len(row.candidates) < 2
        self.comparisons += len(compared)
        for one in compared:
            self.verdicts[_outcome(one)] += 1
            self.seats.update(one.seats)

    def take(self, judged: JudgedComparison) -> None:
        """Remember the comparison that became an opening's pair."""
        self.taken[judged.comparison.opening.id] = judged


def _outcome(one: JudgedComparison) -> str:
    if one.verdict.criterion == NO_VERDICT:
        return "unanswered"
    return "order" if one.by_seat else "tie" if one.verdict.choice == "tie" else "decided"


def errors_apart(pairs: Sequence[Preference], audit: Audit) -> dict[str, Any]:
    """What the checks find in chosen and rejected replies: what the set teaches, by error, and whether the judge agrees.

    `codes` gives for each error the number of chosen and of rejected replies that have it; the three counts say in how many
    pairs the chosen reply has fewer, as many or more errors and vetoes than the rejected one.
    """
    codes: dict[str, Counter[str]] = {"chosen": Counter(), "rejected": Counter()}
    sides: Counter[str] = Counter()
    for pair in pairs:
        turns = list(audit.taken[pair.opening].comparison.opening.turns)
        found = {side: check_reply(turns, getattr(pair, side)[0].content) for side in ("chosen", "rejected")}
        grave = {side: sum(finding.severity != "warning" for finding in found[side]) for side in found}
        gap = grave["rejected"] - grave["chosen"]
        sides["cleaner" if gap > 0 else "worse" if gap < 0 else "same"] += 1
        for side, findings in found.items():
            codes[side].update({finding.code for finding in findings})
    both = sorted(codes["chosen"] + codes["rejected"], key=lambda code: (-codes["rejected"][code], code))
    return {
        "cleaner": sides["cleaner"],
        "same": sides["same"],
        "worse": sides["worse"],
        "codes": {code: {side: codes[side][code] for side in ("chosen", "rejected")} for code in both},
    }

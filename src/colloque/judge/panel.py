"""Several judges as one: the majority decides, and where there is none, nothing does.

Each judge is asked in the order given; both orders stay the business of `judge.protocol`. Knows no model.
"""

from collections.abc import Sequence

from colloque.core import Choice, Comparison, Verdict
from colloque.errors import ConfigError
from colloque.judge.protocol import NO_VERDICT, Judge

__all__ = ["Panel"]


class Panel:
    """A verdict by more than half of the judges that gave one; else a tie. Its margin is the majority's mean one.

    A judge without a verdict (a failed call) does not vote. Fewer than two judges, or one twice, is a ConfigError.
    """

    def __init__(self, judges: Sequence[Judge]) -> None:
        names = [judge.name for judge in judges]
        if len(names) < 2 or len(set(names)) < len(names):
            raise ConfigError("a panel needs two different judges or more", hint=f"named: {', '.join(names) or 'none'}")
        self.judges = tuple(judges)
        self.name = f"panel({'+'.join(names)})"

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """One verdict a comparison, in order."""
        votes = zip(*(judge.compare(comparisons) for judge in self.judges), strict=True)
        return [self._together(given) for given in votes]

    def _together(self, given: Sequence[Verdict]) -> Verdict:
        voting = [verdict for verdict in given if verdict.criterion != NO_VERDICT]
        if not voting:
            return Verdict(reason="; ".join(v.reason for v in given)[:600], criterion=NO_VERDICT, judge=self.name)
        seats: tuple[Choice, ...] = ("a", "b")
        for seat in seats:
            ayes = [verdict for verdict in voting if verdict.choice == seat]
            if 2 * len(ayes) > len(voting):
                margin = sum(verdict.margin for verdict in ayes) / len(ayes)
                criterion = next((verdict.criterion for verdict in ayes if verdict.criterion), None)
                reason = f"{len(ayes)} sur {len(voting)} : {ayes[0].reason}"
                return Verdict(reason=reason, choice=seat, margin=margin, criterion=criterion, judge=self.name)
        told = ", ".join(f"{verdict.judge} {verdict.choice}" for verdict in voting)
        return Verdict(reason=f"pas de majorité ({told})", judge=self.name)

"""The two rows that the preference stage keeps between its steps: what was drawn, and what was judged."""

from colloque.core import Candidate, Choice, Comparison, Opening, Record, Verdict

__all__ = ["Drawn", "JudgedComparison"]


class Drawn(Record):
    """The replies drawn for one opening. `candidates` are different from one another and whole, in order of draw.

    `asked` draws in all = candidates + `same` (equal or nearly so to an earlier one) + `cut` (stopped by length or a
    filter) + `blank` (no word in it).
    """

    opening: Opening
    candidates: tuple[Candidate, ...] = ()
    asked: int = 0
    same: int = 0
    cut: int = 0
    blank: int = 0


class JudgedComparison(Record):
    """A comparison and the verdict on it, both orders taken together.

    `seats` are the seats that the judge chose each time it was asked, in the order of asking: ("a", "b") is a choice that
    survived the exchange of seats, ("a", "a") one that followed the seat.
    """

    comparison: Comparison
    verdict: Verdict
    seats: tuple[Choice, ...] = ()

    @property
    def by_seat(self) -> bool:
        """The judge chose the same seat both times: the order decided, not the reply."""
        return len(self.seats) == 2 and self.seats[0] == self.seats[1] != "tie"

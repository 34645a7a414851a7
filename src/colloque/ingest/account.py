"""Accounting: what each file held, what was kept, what was dropped and why. Read = kept + dropped, always.

Counts only; holds no answer and no identity.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from colloque.core import Questionnaire
from colloque.ingest.deidentify import Masked
from colloque.ingest.occurrences import Occurrences

__all__ = ["Account", "FileAccount"]

STATES = ("answered", "skipped", "not_shown", "refused", "unknown", "not_applicable")
_AUDIT = 100_000


@dataclass(slots=True)
class FileAccount:
    """One file's figures."""

    file: str
    format: str = ""
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    people: Occurrences = field(default_factory=Occurrences)
    identities: Counter[str] = field(default_factory=Counter)
    """Questions that ask who somebody is and left their records, by the state of their answers."""
    remarks: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Everything that was met: law 1."""
        return self.kept + sum(self.dropped.values())


@dataclass(slots=True)
class Account:
    """One reading's figures, file by file, and what was masked (kind, place, question: never the thing itself)."""

    files: list[FileAccount] = field(default_factory=list)
    people: Occurrences = field(default_factory=Occurrences)
    masked: Counter[str] = field(default_factory=Counter)
    audit: list[tuple[str, Masked]] = field(default_factory=list)
    instruments: Counter[str] = field(default_factory=Counter)

    def keep(
        self, file: FileAccount, questionnaire: Questionnaire, masked: Sequence[Masked] = (), left: Sequence[str] = ()
    ) -> None:  # fmt: skip
        """Count one questionnaire, what was masked in it, and the states of the answers that left it."""
        file.identities.update(left)
        mark = (
            int(questionnaire.respondent.rsplit("-", 1)[-1], 16)
            if _hex(questionnaire.respondent)
            else hash_of(questionnaire.respondent)
        )
        file.kept += 1
        file.people.next(mark)
        self.people.next(mark)
        file.states.update(answer.state for answer in questionnaire.answers)
        if questionnaire.instrument:
            self.instruments[questionnaire.instrument] += 1
        for one in masked:
            self.masked[one.kind] += 1
            if len(self.audit) < _AUDIT:
                self.audit.append((file.file, one))

    @property
    def read(self) -> int:
        """Everything that was met."""
        return sum(file.read for file in self.files)

    @property
    def kept(self) -> int:
        """Questionnaires."""
        return sum(file.kept for file in self.files)

    @property
    def dropped(self) -> Counter[str]:
        """What left, by reason."""
        return sum((file.dropped for file in self.files), Counter())

    @property
    def states(self) -> Counter[str]:
        """Answers by state."""
        return sum((file.states for file in self.files), Counter())

    def table(self) -> str:
        """The summary, a line a file, for people."""
        head = ("file", "format", "read", "kept", "dropped", "respondents", *STATES, "identities")
        rows = [
            (
                f.file,
                f.format,
                f.read,
                f.kept,
                sum(f.dropped.values()),
                len(f.people),
                *(f.states[s] for s in STATES),
                f.identities.total(),
            )
            for f in self.files
        ]
        total = (
            "total",
            "",
            self.read,
            self.kept,
            sum(self.dropped.values()),
            len(self.people),
            *(self.states[s] for s in STATES),
            sum(f.identities.total() for f in self.files),
        )
        cells = [
            [f"{c:,}".replace(",", " ") if isinstance(c, int) else str(c) for c in row] for row in (head, *rows, total)
        ]
        widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
        lines = [
            "  ".join(
                c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        lines.insert(1, "─" * len(lines[0]))
        reasons = [f"dropped: {reason} × {count}" for reason, count in sorted(self.dropped.items())]
        masked = (
            [f"masked: {', '.join(f'{kind} × {count}' for kind, count in sorted(self.masked.items()))}"]
            if self.masked
            else []
        )
        remarks = [f"{f.file}: {remark}" for f in self.files for remark in f.remarks[:5]]
        return "\n".join([*lines, *reasons, *masked, *remarks])


def _hex(respondent: str) -> bool:
    tail = respondent.rsplit("-", 1)[-1]
    return bool(tail) and all(c in "0123456789abcdef" for c in tail) and len(tail) <= 16


def hash_of(text: str) -> int:
    """A 64-bit mark of any text."""
    from colloque.core import digest

    return int(digest(text), 16)

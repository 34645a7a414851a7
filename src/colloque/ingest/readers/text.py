"""Question/answer text and Markdown → forms: `Q :`/`R :`, bold, numbered, headings, tables, several patients a file.

Reads line by line and holds one patient at a time. Knows nothing of identities, instruments or missing answers.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO

from colloque.ingest.dates import iso_date
from colloque.ingest.decode import open_text
from colloque.ingest.raw import Fault, Form, Hints, Item, Row, Sheet
from colloque.ingest.readers.shape import forms_of
from colloque.ingest.readers.text_lines import Line, is_spoken, line_of, table_cells
from colloque.ingest.words import knowledge, plain, spaces, tidy

__all__ = ["read_text", "talks_like"]

_SAMPLE_LINES = 400
_BORDER = re.compile(r"^[\s|:+-]+$")
MAX_LINE = 16_000_000
"""Characters; a longer line is no line of a text that somebody wrote."""


def talks_like(sample: str) -> int:
    """How many questions and answers the beginning of a text shows: 0 for prose, lists and tables of numbers."""
    lines = [line for line in sample.splitlines()[:_SAMPLE_LINES] if line.strip()]
    marked, spoken = _is_marked(lines), is_spoken(lines)
    found = [line_of(line, marked=marked, spoken=spoken) for line in lines]
    count = sum(line.kind in ("question", "both", "answer") for line in found)
    count += sum(1 for line in lines if line.lstrip().startswith("|"))
    labels = sum(line.kind == "label" for line in found)
    numbered = sum(line.kind == "words" and line.number is not None for line in found)
    for some in (labels, numbered):
        # `Sommeil : mauvais`, or `1. Sommeil` and words below: when most of the text is so.
        count += some if some >= 2 and some >= 0.4 * len(lines) else 0
    return count


def read_text(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """The forms of a text file, one a patient. Raises nothing: a patient without answers is a Fault."""
    with open_text(path) as file:
        lines = _bounded(file)
        sample = list(islice(lines, _SAMPLE_LINES))
        yield from _forms(chain(sample, lines), (_is_marked(sample), is_spoken(sample)), hints)


def _bounded(file: IO[str]) -> Iterator[str]:
    while line := file.readline(MAX_LINE):
        yield line.rstrip("\n")


def _is_marked(lines: list[str]) -> bool:
    """`Q :` and `R :` are used: then nothing else is a question."""
    spoken = is_spoken(lines)
    kinds = [line_of(line, marked=True, spoken=spoken).kind for line in lines]
    return kinds.count("question") > 0 and kinds.count("answer") > 0


def _forms(lines: Iterator[str], style: tuple[bool, bool], hints: Hints) -> Iterator[Form | Fault]:
    talk = _Talk(hints)
    table: list[str] = []
    number = 0
    front = False
    for number, raw in enumerate(lines, start=1):
        if number == 1 and raw.strip() == "---":
            front = True
            continue
        if front:
            front = raw.strip() not in ("---", "...")
            talk.front(raw)
            continue
        line = line_of(raw, marked=style[0], spoken=style[1])
        if line.kind == "table":
            table.append(raw)
            continue
        if table:
            yield from talk.table(table, number - len(table))
            table = []
        if talk.begins(line):
            yield from talk.end(number)
        talk.take(line, number)
    if table:
        yield from talk.table(table, number - len(table) + 1)
    yield from talk.end(number + 1)


class _Talk:
    """One patient's questions and answers as they come in."""

    def __init__(self, hints: Hints) -> None:
        self.hints = hints
        self._start("", "")

    def _start(self, person: str, language: str) -> None:
        self.person, self.authored, self.language = person, "", language
        self.items: list[tuple[str, list[str], tuple[str, ...], int]] = []
        self.labels: list[Item] = []
        self.options: list[str] = []
        self.section = ""
        self.style = ""
        self.number = 0
        self.first_line = 1
        self.ruled = False
        self.pairs = False
        self.blank = False

    def begins(self, line: Line) -> bool:
        """Does this line belong to another patient?"""
        if line.kind == "patient":
            return bool(self.items or self.labels)
        if line.kind in ("question", "both") and self.items:
            again = plain(line.text) == plain(self.items[0][0]) and line.text != ""
            if self.ruled and len(self.items) == 1:
                self.pairs = True  # A rule after each question and answer: it parts them, not patients.
            return again or (self.ruled and len(self.items) > 1 and not self.pairs)
        return False

    def front(self, raw: str) -> None:
        """A line of the front matter: `patient: P-12`."""
        key, _, value = raw.partition(":")
        self._meta(key.strip(), value.strip().strip("\"'"))

    def take(self, line: Line, number: int) -> None:
        """Add one line."""
        if line.kind in ("question", "both"):
            self._question(line, number)
        elif line.kind == "patient":
            self.first_line = number
            self._patient(line)
        elif line.kind == "label":
            self._label(line, number)
        elif line.kind == "words":
            self._words(line, number)
        elif line.kind == "heading":
            self.section = line.text
        elif self.items and line.kind == "answer":
            self.items[-1][1].append(line.text)
        elif self.items and line.kind == "box" and line.ticked:
            self.items[-1][1].append(line.text + " ;")
        self.blank = line.kind == "blank"
        self.ruled = line.kind == "rule" or (self.ruled and self.blank)

    def _patient(self, line: Line) -> None:
        self.person = line.more
        words = re.findall(r"[^\W\d_]{2,}", line.more)
        if words and not re.search(r"\d", line.more):
            self.labels.append(Item("Nom du patient", line.more, identifies=True))

    def _question(self, line: Line, number: int) -> None:
        unanswered = self.items and not self.items[-1][1]
        if unanswered and line.style == "plain" and self.style not in ("plain", "") and not self.blank:
            # A plain line under a marked or numbered question answers it, even if it asks back.
            self.items[-1][1].append(f"{line.text} {line.more}".strip())
            return
        if not self.items and not self.labels:
            self.first_line = number
        self.style, self.number = line.style, line.number or self.number
        self.items.append((line.text, [line.more] if line.more else [], self._above(), number))

    def _label(self, line: Line, number: int) -> None:
        open_question = self.items and not self.items[-1][1] and self.style != "label"
        if open_question or (self.items and self.style not in ("label", "") and line.style == "plain"):
            self._words(Line("words", f"{line.text} : {line.more}", style=line.style), number)
        elif not self._meta(line.text, line.more):
            self.style = "label"
            self.items.append((line.text, [line.more], self._above(), number))

    def _words(self, line: Line, number: int) -> None:
        numbered = line.number is not None and line.number == self.number + 1
        if numbered and (not self.items or self.items[-1][1] or self.style == "number"):
            self.style, self.number = "number", line.number or 0
            self.items.append((line.text.rstrip(" :"), [], self._above(), number))
        elif self.items:
            answer = self.items[-1][1]
            answer.append("\n" + line.text if self.blank and answer else line.text)

    def _above(self) -> tuple[str, ...]:
        return (self.section,) if self.section else ()

    def _meta(self, label: str, value: str) -> bool:
        """`Date : 12/03/2024`, `Identifiant : P-12`: about the form, not an answer."""
        word = plain(label)
        roles = knowledge("columns")["roles"]
        if not value or self.items:
            return False
        if word in roles["respondent"]:
            self.person = value
        elif word in roles["authored"]:
            self.authored = iso_date(value) or ""
        elif word in roles["language"]:
            self.language = value[:2].lower()
        else:
            return word in roles["ignored"]
        return True

    def table(self, lines: list[str], number: int) -> Iterator[Form | Fault]:
        """A Markdown table: question and answer columns join this patient; any other table is read as a table."""
        rows = [table_cells(line) for line in lines if not _BORDER.match(spaces(line))]
        if not rows:
            return
        header = [plain(cell) for cell in rows[0]]
        roles = knowledge("columns")["roles"]
        asked = next((i for i, name in enumerate(header) if name in roles["question"]), None)
        answered = next((i for i, name in enumerate(header) if name in roles["answer"]), None)
        person = next((i for i, name in enumerate(header) if name in roles["respondent"]), None)
        if asked is not None and answered is not None and person is None:
            for offset, row in enumerate(rows[1:], start=2):
                if len(row) > asked and row[asked]:
                    answer = [row[answered]] if len(row) > answered and row[answered] else []
                    self.items.append((row[asked], answer, self._above(), number + offset))
            return
        yield from self.end(number)
        cells: list[Row] = [(f"line {number + offset}", row) for offset, row in enumerate(rows[1:], start=2)]
        yield from forms_of(Sheet(rows[0], lambda: iter(cells)), self.hints.map)

    def end(self, number: int) -> Iterator[Form | Fault]:
        """Give the patient that ends before line `number`, and start anew."""
        last = number - 1
        place = f"lines {self.first_line}–{last}" if last > self.first_line else f"line {self.first_line}"
        items = [*self.labels, *(Item(tidy(q), _answer(a), section=s) for q, a, s, _ in self.items)]
        person, authored, language = self.person, self.authored, self.language
        asked = bool(self.items)
        self._start("", "")
        self.first_line = number
        if asked:
            yield Form(place, tuple(items), person, authored=authored or None, language=language or None)
        elif person or items:
            yield Fault(place, "no_answers", "a patient without any question", "write `Q :` and `R :` lines under it")


def _answer(lines: list[str]) -> str:
    """Lines of one answer as one text: a wrapped line continues, a blank line in between makes a paragraph."""
    text = re.sub(r" *\n *", "\n", " ".join(line.strip(" ") for line in lines))
    return tidy(text.removesuffix(" ;"))

"""One line of a question/answer text → what it is: a question, an answer, a new patient, a rule, a table row, words.

Knows the marks that people use (`Q :`, `R :`, bold, numbers, bullets, headings, boxes) and nothing of what came before.
"""

import re
from dataclasses import dataclass
from typing import Literal

from colloque.ingest.words import plain, spaces

__all__ = ["LONGEST", "Line", "is_spoken", "line_of", "table_cells"]

LONGEST = 20_000
"""Characters; a longer line is an answer and not looked into."""
Kind = Literal["blank", "rule", "table", "question", "answer", "patient", "both", "label", "box", "heading", "words"]
Style = Literal["marked", "heading", "bold", "number", "bullet", "plain"]

_RULE = re.compile(r"^\s*([-*_=~])(?:\s*\1){2,}\s*$")
_HEADING = re.compile(r"^\s*#{1,6}\s+(.*?)\s*#*\s*$")
_NUMBER = re.compile(r"^\s*(?:n°\s*)?(\d{1,3})\s*(?:[.)]|°|\s[-–—])\s*(?=\D)(.*)$")
_BULLET = re.compile(r"^\s*[-*+•‣▪◦–—]\s+(.*)$")
_BOLD_LINE = re.compile(r"^\s*(\*\*|__)(?=\S)(.+?)(?<=\S)\1\s*[:：]?\s*(.*)$")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_QUESTION = re.compile(r"^(?:Q|Question)\s*(?:n°\s*)?(\d{1,3}(?:\.\d+)?)?\s*[:.)–—-]\s*(.*)$", re.IGNORECASE)
_ANSWER = re.compile(
    r"^(?:(?:R|Rép|Réponse|Reponse|Rep|Answer)\s*(?:n°\s*)?(?:\d{1,3}(?:\.\d+)?)?(?: d[eu] (?:la |l')?patient(?:e)?)?\s*[:.)–—-]"
    r"|A\s*\d{0,3}\s*:|(?:→|=>|->|↳|⇒))\s*(.*)$",
    re.IGNORECASE,
)
_ANSWERED = re.compile(r"(?<=[?.:!])\s+(?:R|Rép|Réponse|Reponse)\s*\d{0,3}\s*:\s*")
"""An answer on the line of its question: `Q : Fumez-vous ? R : non`."""
_SPEAKER_Q = re.compile(
    r"^(?:clinicien(?:ne)?|médecin|medecin|soignante?|infirmi[eè]re?|psychologue|psychiatre|docteur|dr|enqu[eê]teur|"
    r"enqu[eê]trice|interviewer|thérapeute)\s*:\s*(.*)$",
    re.IGNORECASE,
)
_SPEAKER_A = re.compile(r"^(?:patiente?|répondante?|participante?|usag[eè]re?)\s*:\s*(.*)$", re.IGNORECASE)
_PATIENT = re.compile(
    r"^(patiente?|dossier(?: patient)?|questionnaire|répondante?|repondante?|participante?|sujet|cas|usag[eè]re?|fiche|"
    r"réponse|entretien|id(?:entifiant)?(?: (?:du )?(?:patient|répondant))?|record|respondent|subject)"
    r"\s*(?:n°|no\b|num[ée]ro|#|:|–|-)?\s*:?\s*(.*)$",
    re.IGNORECASE,
)
_BOX = re.compile(r"^\s*(?:[-*+•]\s*)?(?:\[([ xX✓✔])\]|\(([ xX])\)|([☐☑☒✅⬜]))\s*(.+)$")
_LABEL = re.compile(r"^([^:?|]{2,80}?)\s*:\s+(\S.*)$")
_ASKED = re.compile(r"^(.{3,400}?\?(?:\s*\([^()?]{1,80}\))?)\s*(?:[:–—-]\s*)?(\S.*)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """One line understood. `text`: the question or the words. `more`: the answer on the same line, or a patient's key."""

    kind: Kind
    text: str = ""
    more: str = ""
    style: Style = "plain"
    number: int | None = None
    ticked: bool = False


def is_spoken(lines: list[str]) -> bool:
    """Do these lines hold a talk: a clinician's words and a patient's?"""
    stripped = [spaces(line).strip(" *_>-\t") for line in lines if len(line) <= LONGEST]
    return any(_SPEAKER_Q.match(line) for line in stripped) and any(_SPEAKER_A.match(line) for line in stripped)


def table_cells(line: str) -> list[str]:
    """The cells of a Markdown table row; `\\|` is a bar inside a cell."""
    inner = line.strip().removeprefix("|")
    cells = re.split(r"(?<!\\)\|", inner)
    if cells and not cells[-1].strip():
        cells.pop()
    return [_bare(cell.replace("\\|", "|").replace("<br>", " ").replace("<br/>", " ")) for cell in cells]


def _bare(text: str) -> str:
    """Without the emphasis around words, nor that around the whole."""
    text = _EMPHASIS.sub(r"\2", text).strip()
    if len(text) > 2 and text[0] == text[-1] and text[0] in "*_`" and text[1] not in "*_` ":
        text = text[1:-1]
    return text


def line_of(raw: str, *, marked: bool, spoken: bool = False) -> Line:
    """Understand one line. `marked`: the file marks its questions (`Q :`), so nothing else counts as one.

    `spoken`: it is a talk of `Médecin :` and `Patient :`, so the latter answers rather than begins a patient.
    """
    if len(raw) > LONGEST:
        return Line("words", spaces(raw).strip())
    line = spaces(raw).replace("\t", " ").rstrip()
    if not line.strip():
        return Line("blank")
    if _RULE.match(line):
        return Line("rule")
    if line.lstrip().startswith("|"):
        return Line("table", line)
    box = _BOX.match(line)
    if box:
        tick = box[1] or box[2] or box[3]
        return Line("box", _bare(box[4]), ticked=tick not in (" ", "☐", "⬜"))
    line = re.sub(r"^\s*>\s?", "", line)
    style, number, text, more = _dress(line)
    if spoken:
        said = _SPEAKER_A.match(f"{text} {more}".strip())
        if said:
            return Line("answer", _bare(said[1].strip()), style="marked")
    return (
        _marks(text, more, style, number) or _patient(text, more, style) or _unmarked(text, more, style, number, marked)
    )


def _dress(line: str) -> tuple[Style, int | None, str, str]:
    """Take off what a line wears: heading, bullet, number, bold. Returns the style, number, text and what follows bold."""
    style: Style = "plain"
    number = None
    heading = _HEADING.match(line)
    if heading:
        style, line = "heading", heading[1]
    bullet = _BULLET.match(line)
    if bullet:
        style, line = "bullet", bullet[1]
    numbered = _NUMBER.match(re.sub(r"^\s*(?:\*\*|__)(?=\d)", "", line))
    if numbered and not re.match(r"\s*(?:h|mg|ans|fois|jours|semaines|mois)\b", numbered[2]):
        opened = line.lstrip()[:2] in ("**", "__")
        style = style if style == "heading" else "number"
        number, line = int(numbered[1]), (line.lstrip()[:2] if opened else "") + numbered[2]
    bold = _BOLD_LINE.match(line)
    if bold:
        inner = _bare(bold[2]).rstrip()
        return ("heading" if style == "heading" else "bold"), number, inner, _bare(bold[3])
    return style, number, _bare(line), ""


def _marks(text: str, more: str, style: Style, number: int | None) -> Line | None:
    """Lines that say themselves what they are: `Q :`, `R :`, `Médecin :`, `Patient :`."""
    whole = f"{text} {more}".strip()
    for pattern, kind in ((_QUESTION, "question"), (_SPEAKER_Q, "question")):
        found = pattern.match(whole)
        if found:
            count = int(float(found[1])) if pattern is _QUESTION and found[1] else number
            asked, _, answer = _ANSWERED.sub("\x1f", found[found.re.groups], count=1).partition("\x1f")
            kind = "both" if answer.strip() else kind
            return Line(kind, asked.strip(" *_"), _bare(answer.strip()), style="marked", number=count)  # type: ignore[arg-type]
    found = _ANSWER.match(whole)
    if found:
        return Line("answer", _bare(found[1].strip()), style="marked")
    return None


def _patient(text: str, more: str, style: Style) -> Line | None:
    """A line that begins a patient: `# Patient 12`, `Dossier n° A-4`, `ID : 123`."""
    whole = f"{text} {more}".strip().rstrip(".:")
    found = _PATIENT.match(whole)
    if not found or "?" in whole or len(whole) > 80:
        return None
    key = found[2].strip()
    named = ":" in whole[: len(whole) - len(key)]
    if not (any(c.isdigit() for c in key) or (named and key)) or len(key.split()) > 5:
        return None
    word = plain(found[1])
    if style in ("plain", "bullet", "number") and not named and not re.fullmatch(r"\W*[\w./-]*\d[\w./-]*", key):
        return None
    counted = word.startswith(("questionnaire", "reponse", "cas", "entretien", "fiche"))
    return Line("patient", whole, more="" if counted else key, style=style)


def _unmarked(text: str, more: str, style: Style, number: int | None, marked: bool) -> Line:
    if marked:
        return Line("heading" if style == "heading" else "words", f"{text} {more}".strip(), style=style)
    if style == "bold" and (more or text.endswith(("?", ":")) or number is not None or len(text) > 12):
        question = text.rstrip(": ") if not text.endswith("?") else text
        return Line("both" if more else "question", question, more, style, number)
    asked = _ASKED.match(text)
    if asked:
        answer = (asked[2] or more).strip()
        return Line("both" if answer else "question", asked[1].strip(), answer, style, number)
    if style == "heading":
        return Line("heading", text, style=style, number=number)
    label = _LABEL.match(text)
    if label:
        return Line("label", label[1].strip(), label[2].strip(), style, number)
    return Line("words", f"{text} {more}".strip(), style=style, number=number)

"""A dialogue as a model writes it: JSON turns with role, words and the ids of the answers said; read tolerantly, judged strictly.

Knows the form only: whether the words are true to the answers is for the checks.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from colloque.core import Dialogue, Finding, Role, Stated, Turn
from colloque.llm.steering import steering_of
from colloque.llm.template import as_data

__all__ = ["SHAPE", "Line", "Script", "claims", "read_script", "script_data", "script_of"]

_TURN = {
    "type": "object",
    "properties": {
        "role": {"type": "string", "enum": ["clinician", "patient"]},
        "text": {"type": "string"},
        "states": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["role", "text", "states"],
    "additionalProperties": False,
}
SHAPE = json.dumps(
    {
        "type": "object",
        "properties": {"turns": {"type": "array", "items": _TURN}},
        "required": ["turns"],
        "additionalProperties": False,
    },
    sort_keys=True,
)
"""JSON schema of the reply."""

_ROLES = {
    "clinician": "clinician", "clinicien": "clinician", "clinicienne": "clinician", "médecin": "clinician",
    "medecin": "clinician", "doctor": "clinician", "docteur": "clinician", "assistant": "clinician",
    "thérapeute": "clinician", "psychologue": "clinician", "soignant": "clinician",
    "patient": "patient", "patiente": "patient", "user": "patient",
}  # fmt: skip


class Line(NamedTuple):
    """One turn as the model gave it."""

    role: Role
    text: str
    states: tuple[str, ...]


class Script(NamedTuple):
    """All turns as the model gave them."""

    lines: tuple[Line, ...]

    def faults(self, known: Sequence[str], *, patient_begins: bool) -> list[Finding]:
        """Faults of form: turns that do not alternate, words that nobody says, ids that do not exist or are not claimed.

        A model that claims nothing at all (no `states` anywhere) is judged by its words alone.
        """
        found = [*_order(self.lines, patient_begins)]
        claimed: set[str] = set()
        for number, line in enumerate(self.lines):
            if not line.text:
                found.append(_fault("format_leak", number, "an empty turn"))
            if leak := steering_of(line.text):
                found.append(_fault("format_leak", number, "no spoken words", quote=leak))
            for answer in line.states:
                if answer not in known:
                    found.append(_fault("format_leak", number, "states an id that is not in the data", quote=answer))
                elif line.role == "clinician":
                    found.append(_fault("role_broken", number, "the clinician states an answer", answer=answer))
                claimed.add(answer)
        if claimed:
            missing = [answer for answer in known if answer not in claimed]
            found += [_fault("answer_omitted", None, "no turn states it", answer=answer) for answer in missing]
        return found


def _order(lines: Sequence[Line], patient_begins: bool) -> list[Finding]:
    first: Role = "patient" if patient_begins else "clinician"
    if not lines or len(lines) < 2:
        return [_fault("format_leak", None, "no dialogue: fewer than two turns")]
    found = []
    if lines[0].role != first:
        found.append(_fault("role_broken", 0, f"the {first} speaks first"))
    for number in range(1, len(lines)):
        if lines[number].role == lines[number - 1].role:
            found.append(_fault("role_broken", number, "the roles do not alternate"))
    if lines[-1].role != "clinician":
        found.append(_fault("role_broken", len(lines) - 1, "the last turn is the clinician's"))
    return found


def _fault(code: str, turn: int | None, message: str, *, quote: str = "", answer: str | None = None) -> Finding:
    return Finding.model_validate(
        {"code": code, "severity": "error", "turn": turn, "answer": answer, "quote": quote, "message": message}
    )


def read_script(data: dict[str, Any] | None) -> Script | None:
    """The turns of a reply, under the names that models use; null when there are none to read."""
    if data is None:
        return None
    rows = next(
        (data[key] for key in ("turns", "tours", "dialogue", "messages") if isinstance(data.get(key), list)), None
    )
    if not rows:
        return None
    lines = []
    for row in rows:
        if not isinstance(row, dict):
            return None
        role = _ROLES.get(str(row.get("role", "")).strip().lower())
        text = next((row[key] for key in ("text", "texte", "content") if isinstance(row.get(key), str)), None)
        if role is None or text is None:
            return None
        states = row.get("states", row.get("reponses")) or ()
        ids = states if isinstance(states, list | tuple) else [states]
        lines.append(Line(cast(Role, role), _spoken(text), tuple(dict.fromkeys(_id(item) for item in ids))))
    return Script(tuple(lines))


def _spoken(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > 1 and (text[0], text[-1]) in (('"', '"'), ("«", "»"), ("“", "”")) and text.count(text[0]) < 3:
        text = text[1:-1].strip()
    return text


def _id(item: Any) -> str:
    if isinstance(item, dict):
        item = item.get("answer", item.get("id", ""))
    return str(item).strip()


def claims(script: Script) -> tuple[Turn, ...]:
    """The turns as records. Which words state an answer is not known yet: start and end are null."""
    return tuple(
        Turn(role=line.role, text=line.text, states=tuple(Stated(answer=answer) for answer in line.states))
        for line in script.lines
    )


def script_data(script: Script) -> str:
    """The turns as JSON for a prompt that sends them back: written anew, so that no mark in them reaches a tokenizer."""
    return as_data(
        {"turns": [{"role": line.role, "text": line.text, "states": list(line.states)} for line in script.lines]}
    )


def script_of(dialogue: Dialogue, first: Role) -> Script:
    """A dialogue as a model would write it when told who speaks first: the clinician has the last word."""
    lines = [Line(t.role, t.text, tuple(dict.fromkeys(s.answer for s in t.states))) for t in dialogue.turns]
    if first == "patient" and lines[0].role != first:
        lines = lines[1:]
    elif lines[0].role != first:
        lines.insert(0, Line("clinician", "Bonjour, je vous écoute.", ()))
    if lines[-1].role != "clinician":
        lines.append(Line("clinician", "Je vous remercie, nous allons reprendre tout cela ensemble.", ()))
    return Script(tuple(lines))

"""A stand-in for a strong reformulator, for the stub server: it reads the reformulator's own prompt and answers it.

The words are those of the embedded reformulation. On demand a share of first tries is a mere copy. Knows no HTTP.
"""

import json
from collections.abc import Sequence

from colloque.core import Answer, Dialogue, Message, Questionnaire, Role, Turn, seed_for, uniform
from colloque.errors import InputError
from colloque.llm.script import Line, Script, script_data
from colloque.llm.stub import Answerer

__all__ = ["reformulator_stub"]

_BEGIN, _END = "\nDONNÉES\n", "\nFIN DES DONNÉES\n"


def reformulator_stub(*, copying: float = 0.0, seed: int = 0) -> Answerer:
    """An answerer for `serve_stub`. `copying`: share of prompts answered with the dialogue itself until told of it."""

    def answer(messages: Sequence[Message]) -> str:
        from colloque.augment import reformulate

        brief = messages[1].content
        if _BEGIN not in brief or _END not in brief:
            raise InputError("no reformulator's prompt: no data in it", hint="send what colloque's reformulator sends")
        data = json.loads(brief.split(_BEGIN, 1)[1].rsplit(_END, 1)[0])
        answers = tuple(Answer.model_validate(row) for row in data["answers"])
        questionnaire = Questionnaire(answers=answers)
        parent = Dialogue(questionnaire=questionnaire.id, turns=tuple(Turn.model_validate(t) for t in data["turns"]))
        told = any(message.role == "assistant" for message in messages)
        if uniform(brief, "standin-copy", seed) < copying and not told:
            return script_data(_script(parent, "clinician"))
        # Siblings differ by their brief alone, repairs by how much was said: each must draw another realisation.
        draw = seed_for(brief, f"standin-{len(messages)}", seed) & 0xFFFF
        first: Role = "patient" if "Premier mot : au patient" in brief else "clinician"
        return script_data(_script(reformulate(questionnaire, parent, draw), first))

    return answer


def _script(dialogue: Dialogue, first: Role) -> Script:
    lines = [Line(t.role, t.text, tuple(dict.fromkeys(s.answer for s in t.states))) for t in dialogue.turns]
    if first == "patient" and lines[0].role != first:
        lines = lines[1:]
    elif lines[0].role != first:
        lines.insert(0, Line("clinician", "Bonjour, je vous écoute.", ()))
    if lines[-1].role != "clinician":
        lines.append(Line("clinician", "Je vous remercie, nous allons reprendre tout cela ensemble.", ()))
    return Script(tuple(lines))

"""A stand-in for a strong reformulator, for the stub server: it reads the reformulator's own prompt and answers it.

The words are those of the embedded reformulation. On demand a share of first tries is a mere copy. Knows no HTTP.
"""

import json
from collections.abc import Sequence

from colloque.core import Answer, Dialogue, Message, Questionnaire, Role, Turn, seed_for, uniform
from colloque.errors import InputError
from colloque.llm.script import script_data, script_of
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
            return script_data(script_of(parent, "clinician"))
        # Siblings differ by their brief alone, repairs by how much was said: each must draw another realisation.
        draw = seed_for(brief, f"standin-{len(messages)}", seed) & 0xFFFF
        first: Role = "patient" if "Premier mot : au patient" in brief else "clinician"
        return script_data(script_of(reformulate(questionnaire, parent, draw), first))

    return answer

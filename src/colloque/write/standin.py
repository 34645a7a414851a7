"""A stand-in for a strong author, for the stub server: it reads the author's own prompt and answers as a model would.

The words are the embedded writer's. On demand a share of first writings is faulty, so that repair has something to do.
Knows no HTTP: messages in, the text of a reply out.
"""

import json
from collections.abc import Sequence

from colloque.core import Answer, Message, Questionnaire, seed_for, uniform
from colloque.errors import InputError
from colloque.llm.script import Line, Script, script_data, script_of
from colloque.llm.stub import Answerer

__all__ = ["author_stub", "questionnaire_of"]

_BEGIN, _END = "\nDONNÉES\n", "\nFIN DES DONNÉES\n"


def questionnaire_of(messages: Sequence[Message]) -> Questionnaire:
    """The answers that a prompt of the author holds. Raises InputError when it is no such prompt."""
    for message in messages:
        if message.role == "user" and _BEGIN in message.content and _END in message.content:
            rows = json.loads(message.content.split(_BEGIN, 1)[1].rsplit(_END, 1)[0])
            return Questionnaire(answers=tuple(Answer.model_validate(row) for row in rows))
    raise InputError("no author's prompt: no data in it", hint="send what colloque's author sends")


def author_stub(
    *, faulty: float = 0.0, hopeless: float = 0.0, fenced: float = 0.2, declining: float = 0.0, seed: int = 0
) -> Answerer:
    """An answerer for `serve_stub`. Shares of questionnaires: `faulty` ones omit an answer until told of it, `hopeless`
    ones always do, `declining` ones are refused in prose, `fenced` replies come in a fence after a preamble, as many models write.
    """

    def answer(messages: Sequence[Message]) -> str:
        from colloque.write import write_dialogue

        questionnaire = questionnaire_of(messages)
        if uniform(questionnaire.id, "standin-decline", seed) < declining:
            return "Je suis désolé, mais je ne peux pas écrire cette consultation : elle touche à un sujet sensible."
        # Told of a fault, another realisation: as a model would, it does not say the same again.
        dialogue = write_dialogue(questionnaire, seed=seed_for(messages[-1].content, "standin-write", seed) & 0xFFFFFF)
        script = script_of(dialogue, "patient" if "Premier mot : au patient" in messages[1].content else "clinician")
        repaired = any(message.role == "assistant" for message in messages)
        draw = uniform(questionnaire.id, "standin-fault", seed)
        if draw < hopeless or (draw < hopeless + faulty and not repaired):
            script = _without_last_answer(script)
        text = script_data(script)
        if uniform(questionnaire.id, "standin-fence", seed) < fenced:
            return f"Voici la consultation :\n\n```json\n{text}\n```\n"
        return text

    return answer


def _without_last_answer(script: Script) -> Script:
    last = max((i for i, line in enumerate(script.lines) if line.states), default=None)
    if last is None:
        return script
    lines = list(script.lines)
    lines[last] = Line("patient", "Je ne sais pas trop quoi vous dire de plus.", ())
    return Script(tuple(lines))

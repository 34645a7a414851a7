"""A stand-in for a strong judge, for the stub server: it reads the judge's own prompt and answers by the rubric of rules.

On demand a share of its replies is unreadable, and it may lean towards a seat. Knows no HTTP.
"""

import json
from collections.abc import Sequence

from colloque.core import Message, Turn, uniform
from colloque.errors import InputError
from colloque.llm.stub import Answerer
from colloque.llm.template import as_data

__all__ = ["judge_stub"]

_BEGIN, _END = "DONNÉES\n", "\nFIN DES DONNÉES"


def judge_stub(*, unreadable: float = 0.0, leaning: float = 0.0, seed: int = 0) -> Answerer:
    """An answerer for `serve_stub`. Shares of prompts: `unreadable` is prose without JSON, `leaning` takes seat A."""

    def answer(messages: Sequence[Message]) -> str:
        from colloque.judge import judge_replies

        text = messages[-1].content
        if not text.startswith(_BEGIN) or _END not in text:
            raise InputError("no judge's prompt: no data in it", hint="send what colloque's judge sends")
        moment = json.loads(text[len(_BEGIN) :].rsplit(_END, 1)[0])
        if uniform(text, "standin-unreadable", seed) < unreadable:
            return "La réplique A me paraît meilleure, elle écoute davantage."
        turns = [Turn.model_validate(turn) for turn in moment["conversation"]]
        verdict = judge_replies(turns, moment["a"], moment["b"])
        choice = "a" if uniform(text, "standin-leaning", seed) < leaning else verdict.choice
        return as_data(
            {"faults_a": [], "faults_b": [], "reason": verdict.reason or "Rien ne les sépare.",
             "criterion": verdict.criterion or "relevance", "choice": choice, "margin": 0 if choice == "tie" else 2}
        )  # fmt: skip

    return answer

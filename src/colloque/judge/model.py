"""A model as judge of two replies: the rubric in its prompt, its reason before its choice, JSON, one order at a time.

Both orders, ties and vetoes belong to `judge.protocol`; this module asks and reads. A call that fails or cannot be
read is never a score: its verdict says `no_verdict`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from colloque.core import Choice, Comparison, Message, Verdict, digest, seed_for
from colloque.judge.veto import veto
from colloque.llm.loose import find_object
from colloque.llm.model import ChatModel, Request, Sampling, sampling_of
from colloque.llm.pool import Ask, Talk, converse
from colloque.llm.template import as_data, template

__all__ = ["NO_VERDICT", "SHAPE", "ModelJudge", "judge_messages", "judge_version", "read_verdict"]

NO_VERDICT = "no_verdict"
"""Criterion of a verdict that could not be had: a tie by form, to be left out and counted apart."""

SHAPE = (
    '{"type": "object", "properties": {"faults_a": {"type": "array", "items": {"type": "string"}}, '
    '"faults_b": {"type": "array", "items": {"type": "string"}}, "reason": {"type": "string"}, '
    '"criterion": {"type": "string"}, "choice": {"type": "string", "enum": ["a", "b", "tie"]}, '
    '"margin": {"type": "integer", "minimum": 0, "maximum": 3}}, '
    '"required": ["faults_a", "faults_b", "reason", "criterion", "choice", "margin"], "additionalProperties": false}'
)
"""JSON schema of the reply: the reason stands before the choice, and a model that is held to a schema keeps its order."""

_TRIES = 3
_DEFAULT = Sampling(temperature=0.0, max_tokens=1024)


class ModelJudge:
    """A chat model behind the rubric. `compare` judges in the order given; `both_orders` of the protocol swaps.

    With `vetoes` (the default) rules decide first where they leave nothing to weigh, and no call is paid for it.
    `unanswered` counts comparisons without a verdict. Raises ModelError when the model itself is gone.
    """

    def __init__(self, model: ChatModel, seed: int = 0, *, vetoes: bool = True) -> None:
        self.model = model
        self.seed = seed
        self.vetoes = vetoes
        self.name = f"model:{model.name}"
        self.unanswered = 0

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """One verdict a comparison, in order, many calls under way at once."""
        verdicts = list(converse(self.model, map(self._talk, comparisons)))
        self.unanswered += sum(verdict.criterion == NO_VERDICT for verdict in verdicts)
        return verdicts

    def _talk(self, comparison: Comparison) -> Talk[Verdict]:
        return lambda ask: self._judge(comparison, ask)

    async def _judge(self, comparison: Comparison, ask: Ask) -> Verdict:
        if self.vetoes and (decided := veto(comparison, self.name)):
            return decided
        messages = judge_messages(comparison)
        sampling = sampling_of(self.model, _DEFAULT)
        seed = seed_for(comparison.id, "judge", self.seed) & 0x7FFFFFFF
        why = ""
        for draw in range(_TRIES):
            # Greedy first; a reply that could not be read would come back the same, so the next ones are drawn.
            how = {"temperature": 0.3 if draw else 0.0, "max_tokens": 1024 * (draw + 1), "seed": seed, "draw": draw}
            # With the person in it, so that `forget` finds what was said of them in the journal.
            name = f"judge/{comparison.opening.respondent or '-'}/{comparison.id}/{draw}"
            reply = await ask(
                Request(id=name, messages=messages, sampling=sampling.model_copy(update=how), shape=SHAPE)
            )
            if reply.finish == "filtered":
                return self._none(f"refused: {reply.reason}")
            verdict = None if reply.finish == "length" else read_verdict(find_object(reply.text), self.name)
            if verdict is not None:
                return verdict
            why = "cut" if reply.finish == "length" else f"unreadable: {reply.text[:120]}"
        return self._none(why)

    def _none(self, why: str) -> Verdict:
        return Verdict(reason=why, choice="tie", margin=0.0, criterion=NO_VERDICT, judge=self.name)


def judge_messages(comparison: Comparison) -> tuple[Message, ...]:
    """What the judge is told. The system message is the same for all, so that a server computes it once."""
    lines = [
        f"{number}. {criterion['name']}{' (faute grave)' if criterion['grave'] else ''} : {criterion['text']}"
        for number, criterion in enumerate(_criteria(), start=1)
    ]
    moment = {
        "conversation": [{"role": turn.role, "text": turn.text} for turn in comparison.opening.turns],
        "a": comparison.a.text,
        "b": comparison.b.text,
    }
    return (
        Message(role="system", content=template("colloque.judge", "judge.md").fill(criteria="\n".join(lines))),
        Message(role="user", content=template("colloque.judge", "moment.md").fill(moment=as_data(moment))),
    )


def judge_version() -> str:
    """A hash of the prompt with its criteria: verdicts under other words are other verdicts."""
    text = (resources.files("colloque.judge") / "prompts" / "criteria.toml").read_text(encoding="utf-8")
    return f"{template('colloque.judge', 'judge.md').version}-{digest(text, size=4)}"


_CHOICES: Mapping[str, Choice] = {
    "a": "a", "b": "b", "tie": "tie", "égalité": "tie", "egalite": "tie", "égal": "tie", "egal": "tie", "aucune": "tie",
    "réplique a": "a", "réplique b": "b",
}  # fmt: skip


def read_verdict(data: Mapping[str, Any] | None, judge: str) -> Verdict | None:
    """The verdict of a reply, or null. Complete or nothing: without a reason, or with an unknown choice, it is none.

    A choice against the judge's own list of grave faults (only the chosen reply has one) is no verdict either.
    """
    if data is None:
        return None
    choice = _CHOICES.get(str(data.get("choice", "")).strip().lower().strip("\"'«» ."))
    reason = data.get("reason")
    if choice is None or not isinstance(reason, str) or not reason.strip():
        return None
    faults = {seat: [f for f in _list(data.get(f"faults_{seat}")) if f] for seat in ("a", "b")}
    if choice != "tie" and faults[choice] and not faults["b" if choice == "a" else "a"]:
        return None
    margin = data.get("margin")
    clear = min(3.0, max(0.0, float(margin))) if isinstance(margin, int | float) else 1.0
    known = {criterion["name"] for criterion in _criteria()}
    criterion = str(data.get("criterion") or "").strip()
    return Verdict(
        reason=reason.strip()[:600],
        choice=choice,
        margin=0.0 if choice == "tie" else max(clear, 1.0),
        criterion=criterion if criterion in known else None,
        judge=judge,
    )


def _list(value: Any) -> list[str]:
    if isinstance(value, list):
        nothing = ("", "aucune", "aucun", "rien", "none", "…")
        return [str(item).strip() for item in value if str(item).strip().lower().rstrip(".") not in nothing]
    return []


@cache
def _criteria() -> tuple[Mapping[str, Any], ...]:
    text = (resources.files("colloque.judge") / "prompts" / "criteria.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["criterion"])

"""Checks that only a reader can make (J1–J8), asked of a model as a flow of yes/no questions with quoted evidence.

A verdict is complete or it is none: every question that is open must be answered once, and every answer that needs
evidence must quote words that were really said; else the call is made again, at most `_TRIES` times. The questions are
data (questions.toml). Knows nothing of the rules; `agreement` compares both.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

from colloque.core import Code, Finding, Message, Record, Severity, Turn, digest, seed_for
from colloque.french.patterns import plain
from colloque.llm.loose import find_object
from colloque.llm.model import ChatModel, Request, Sampling, sampling_of
from colloque.llm.pool import Ask, Talk, converse
from colloque.llm.template import as_data, template

__all__ = ["Asked", "Given", "Question", "agreement", "ask_replies", "findings_asked", "questions", "read_answers"]

YesNo = Literal["oui", "non", "sans objet"]

_TRIES = 3
_SAMPLING = Sampling(temperature=0.0, max_tokens=1200)
_KINDS: Mapping[str, YesNo] = {"oui": "oui", "yes": "oui", "non": "non", "no": "non", "sans objet": "sans objet", "n/a": "sans objet"}  # fmt: skip


class Question(Record):
    """One question of the flow. `fault` is the answer that is a defect, null where it only opens others."""

    id: str
    about: str
    ask: str
    only_if: Mapping[str, str] | None = None
    fault: YesNo | None = None
    evidence: tuple[YesNo, ...] = ()
    code: Code | None = None
    severity: Severity = "warning"
    message: str = ""


class Given(Record):
    """One answer and the words it rests on."""

    id: str
    answer: YesNo
    quote: str = ""


class Asked(Record):
    """All answers about one reply; without answers when no complete verdict could be had, and `why` says so."""

    answers: tuple[Given, ...] = ()
    why: str = ""
    model: str = ""

    @property
    def complete(self) -> bool:
        """Whether there is a verdict. Where not, it is no score: leave it out and count it apart."""
        return bool(self.answers)


@cache
def questions() -> tuple[Question, ...]:
    """The flow, in the order in which it is asked."""
    text = (resources.files("colloque.judge") / "questions.toml").read_text(encoding="utf-8")
    return tuple(Question.model_validate(data) for data in tomllib.loads(text)["question"])


def ask_replies(model: ChatModel, cases: Sequence[tuple[Sequence[Turn], str]], seed: int = 0) -> list[Asked]:
    """Ask the whole flow about each (context, reply); in order, many calls under way. Raises ModelError when the model is gone."""
    return list(converse(model, [_talk(model, context, reply, seed) for context, reply in cases]))


def _talk(model: ChatModel, context: Sequence[Turn], reply: str, seed: int) -> Talk[Asked]:
    async def talk(ask: Ask) -> Asked:
        name = digest([(t.role, t.text) for t in context], reply)
        sampling = sampling_of(model, _SAMPLING)
        why = ""
        for draw in range(_TRIES):
            # Greedy first: a reply that was incomplete would come back the same, so the next ones are drawn.
            how = {
                "temperature": 0.4 if draw else 0.0,
                "draw": draw,
                "seed": seed_for(name, "asked", seed) & 0x7FFFFFFF,
            }
            request = Request(
                id=f"asked/{name}/{draw}", messages=_messages(context, reply), sampling=sampling.model_copy(update=how)
            )
            said = await ask(request)
            if said.finish == "filtered":
                return Asked(why="refused", model=model.name)
            answers, why = read_answers(said.text, [t.text for t in context], reply)
            if answers:
                return Asked(answers=answers, model=model.name)
        return Asked(why=why, model=model.name)

    return talk


def _messages(context: Sequence[Turn], reply: str) -> tuple[Message, ...]:
    lines = []
    for question in questions():
        opened = f" (seulement si {question.only_if['id']} : {question.only_if['answer']})" if question.only_if else ""
        cited = f" [citer si {' ou '.join(question.evidence)}]" if question.evidence else ""
        lines.append(f"{question.id}{opened}. {question.ask}{cited}")
    moment = {"conversation": [{"role": t.role, "text": t.text} for t in context], "reply": reply}
    return (
        Message(role="system", content=template("colloque.judge", "asked.md").fill(questions="\n".join(lines))),
        Message(role="user", content=template("colloque.judge", "moment.md").fill(moment=as_data(moment))),
    )


def read_answers(text: str, said: Sequence[str], reply: str) -> tuple[tuple[Given, ...], str]:
    """The answers of a model's text, or none and why: incomplete, unknown or twice named, evidence not found."""
    data = find_object(text)
    rows = data.get("answers") if data else None
    if not isinstance(rows, list):
        return (), "unreadable"
    given: dict[str, Given] = {}
    for row in rows:
        one = _given(row)
        if one is None or one.id in given:
            return (), f"answer unreadable or given twice: {str(row)[:80]}"
        given[one.id] = one
    known = {question.id for question in questions()}
    if set(given) - known:
        return (), f"unknown question: {sorted(set(given) - known)[0]}"
    heard = _heard([*said, reply])
    for question in questions():
        answer = given.get(question.id, Given(id=question.id, answer="sans objet"))
        if _open(question, given) and answer.answer == "sans objet":
            return (), f"unanswered: {question.id}"
        if _open(question, given) and answer.answer in question.evidence and not _found(answer.quote, heard):
            return (), f"evidence not found: {question.id} « {answer.quote[:60]} »"
    return tuple(given[q.id] for q in questions() if q.id in given and _open(q, given)), ""


def _given(row: Any) -> Given | None:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return None
    answer = _KINDS.get(str(row.get("answer", "")).strip().lower().rstrip("."))
    return Given(id=row["id"].strip(), answer=answer, quote=str(row.get("quote") or "").strip()) if answer else None


def _open(question: Question, given: Mapping[str, Given]) -> bool:
    if question.only_if is None:
        return True
    before = given.get(question.only_if["id"])
    return before is not None and before.answer == question.only_if["answer"]


def _heard(texts: Sequence[str]) -> str:
    return " ".join(" ".join(plain(text).split()) for text in texts)


def _found(quote: str, heard: str) -> bool:
    """The quoted words were said; pieces around « … » are looked for one by one."""
    pieces = [" ".join(plain(piece).split()).strip(" .,;:!?«»\"'") for piece in quote.replace("...", "…").split("…")]
    pieces = [piece for piece in pieces if piece]
    return bool(pieces) and all(piece in heard for piece in pieces)


def findings_asked(asked: Asked, turn: int | None = None) -> list[Finding]:
    """The faults that a complete verdict names, as findings; none where there is no verdict."""
    by_id = {question.id: question for question in questions()}
    found = []
    for given in asked.answers:
        question = by_id[given.id]
        if question.code and given.answer == question.fault:
            found.append(
                Finding(
                    code=question.code,
                    severity=question.severity,
                    turn=turn,
                    quote=given.quote,
                    message=question.message,
                )
            )
    return found


def agreement(asked: Sequence[Asked], rules: Sequence[Sequence[Finding]]) -> dict[str, dict[str, int]]:
    """How the model and the rules agree, code by code, over replies with a verdict: both, model, rules, neither."""
    codes = sorted({question.code for question in questions() if question.code})
    counts: dict[str, Counter[str]] = {code: Counter() for code in codes}
    for one, found in zip(asked, rules, strict=True):
        if not one.complete:
            continue
        by_model = {finding.code for finding in findings_asked(one)}
        by_rules = {finding.code for finding in found}
        for code in codes:
            seen = (code in by_model, code in by_rules)
            counts[code][
                {(True, True): "both", (True, False): "model", (False, True): "rules"}.get(seen, "neither")
            ] += 1
    return {code: {key: counts[code][key] for key in ("both", "model", "rules", "neither")} for code in codes}

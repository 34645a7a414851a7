"""The questionnaire filled in again from the talk alone, by rules: for each question, the patient's words that answer it.

Sees the questions and the turns, never the record's answers nor `states`. Whether two answers say the same is
`agree_on`, by the kind of the answer.
"""

from collections.abc import Sequence
from typing import Literal

from colloque.checks.align import Alignment, align
from colloque.checks.claims import claims_of
from colloque.checks.facts import Exchange, Fact, exchanges_of, facts_of, option_of
from colloque.checks.measures import hinted
from colloque.checks.reading import read_text
from colloque.core import Answer, Dialogue, Questionnaire
from colloque.french.agree import compare_quantities

__all__ = ["AnswerKind", "agree_on", "answer_kind", "extract_answers"]

AnswerKind = Literal["yes_no", "option", "quantity", "text"]

_BLANK = "·"


def _asked(questions: Sequence[Answer]) -> tuple[Fact, ...]:
    blank = tuple(q.model_copy(update={"answer": _BLANK, "state": "answered"}) for q in questions)
    return facts_of(Questionnaire(id="extract", respondent="extract", answers=blank))


def _wants_quantity(fact: Fact) -> bool:
    words = {t.word for t in fact.question.words}
    return bool(words & {"combien", "age", "temperature", "poids", "heure"}) or "intensite" in fact.generic


def _score(fact: Fact, exchange: Exchange, alignment: Alignment, i: int, j: int) -> float:
    score = alignment.evidence[i][j].asked
    if fact.topics & exchange.asked.concepts:
        score += 0.2
    if fact.generic & exchange.asked.generic:
        score += 0.3
    if _wants_quantity(fact):
        score += 0.15 if exchange.said.quantities else -0.2
    return score


def _relevant(fact: Fact, exchange: Exchange, shared: bool) -> str:
    """The sentences of a turn that answer; the whole turn where nothing tells them apart."""
    said = exchange.said
    about = {said.sentence_at(m.start) for m in said.mentions if m.concept in fact.topics}
    about |= {s for t, s in zip(said.words, said.sentence, strict=True) if t.key in fact.question.keys}
    if not shared or not about:
        return said.text.strip()
    inside = [t for t, s in zip(said.words, said.sentence, strict=True) if s in about]
    return said.text[inside[0].start : inside[-1].end].strip()


def extract_answers(questions: list[Answer], dialogue: Dialogue) -> list[Answer]:
    """One answer a question, in order: `answered` with the patient's words, or `unknown` where the talk gives none."""
    facts = _asked(questions)
    child = any(f.child for f in facts)
    exchanges = exchanges_of(dialogue, child)
    alignment = align(facts, exchanges)
    chosen: list[int | None] = []
    for i, fact in enumerate(facts):
        scores = [_score(fact, e, alignment, i, j) for j, e in enumerate(exchanges)]
        best = max(range(len(scores)), key=lambda j: (scores[j], -j), default=None)
        chosen.append(best if best is not None and scores[best] >= 0.35 else None)
    out = []
    for question, fact, place in zip(questions, facts, chosen, strict=True):
        if place is None:
            out.append(question.model_copy(update={"answer": "", "code": None, "state": "unknown"}))
            continue
        text = _relevant(fact, exchanges[place], chosen.count(place) > 1)
        out.append(question.model_copy(update={"answer": text, "code": None, "state": "answered"}))
    return out


def answer_kind(answer: Answer) -> AnswerKind:
    """What kind of answer it is: an option of a scale, a quantity, yes or no, or text."""
    given = read_text(answer.answer)
    if option_of(given) is not None:
        return "option"
    if given.quantities and len(given.keys) <= 3:
        return "quantity"
    if given.lead in ("yes", "no", "fine"):
        return "yes_no"
    return "quantity" if given.quantities else "text"


def _same_quantities(original: Answer, extracted: Answer) -> bool:
    question = read_text(original.question)
    wanted = hinted(question, read_text(original.answer))
    spoken = hinted(question, read_text(extracted.answer))
    return all(any(compare_quantities(w, s) == "same" for s in spoken) for w in wanted)


def _same_polarity(original: Answer, extracted: Answer) -> bool:
    mine, theirs = read_text(original.answer), read_text(extracted.answer)
    if mine.lead == theirs.lead:
        return True
    own = {c.concept: c.sign for c in claims_of(original.question, original.answer)}
    other = {c.concept: c.sign for c in claims_of(original.question, extracted.answer)}
    shared = own.keys() & other.keys()
    return bool(shared) and all(own[c] == other[c] for c in shared)


def agree_on(original: Answer, extracted: Answer) -> bool:
    """The extracted answer says the same as the original, by its kind; an answer that was not found does not."""
    if not extracted.told:
        return not original.told
    kind = answer_kind(original)
    mine, theirs = read_text(original.answer), read_text(extracted.answer)
    if kind == "quantity":
        return _same_quantities(original, extracted)
    if kind == "option":
        option = option_of(mine)
        return option is not None and any((v.family, v.level) == (option.family, option.level) for v in theirs.levels)
    if kind == "yes_no":
        return _same_polarity(original, extracted)
    if mine.keys and len(mine.keys & theirs.keys) >= 0.5 * len(mine.keys):
        return True
    return bool(mine.concepts & theirs.concepts)

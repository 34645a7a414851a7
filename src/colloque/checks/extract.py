"""The questionnaire filled in again from the talk alone, by rules: for each question, the patient's words that answer it.

Sees the questions and the turns, never the record's answers nor `states`. Whether two answers say the same is
`agree_on`, by the kind of the answer.
"""

from collections.abc import Sequence
from typing import Literal

from colloque.checks.align import Alignment, align
from colloque.checks.claims import claims_of
from colloque.checks.facts import Exchange, Fact, exchanges_of, facts_of, is_about_child, option_of
from colloque.checks.measures import hinted
from colloque.checks.reading import read_text
from colloque.checks.stance import stance_of
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


def _relevant(fact: Fact, exchange: Exchange, others: frozenset[str]) -> str:
    """The sentences of a turn that answer, each with the one after it where that is about no other question (`others`: their
    topics); the whole turn where nothing tells them apart."""
    said = exchange.said
    about = {said.sentence_at(m.start) for m in said.mentions if m.concept in fact.topics}
    about |= {s for t, s in zip(said.words, said.sentence, strict=True) if t.key in fact.question.keys}
    if not about:
        return said.text.strip()
    taken = {said.sentence_at(m.start) for m in said.mentions if m.concept in others}
    about |= {s + 1 for s in about if s + 1 not in taken} | ({0} if 0 not in taken else set())
    inside = [t for t, s in zip(said.words, said.sentence, strict=True) if s in about]
    return said.text[inside[0].start : inside[-1].end].strip()


_LEAST, _SURE, _NEAR = 0.3, 0.75, 0.5
"""Scores below which a place is none, from which it anchors others, and what standing where order puts it is worth."""


def _expected(anchors: Sequence[int | None], i: int, columns: int) -> float | None:
    """Where order puts question `i`: between its nearest anchored neighbours, or next to the only one."""
    before = next(((i - k, anchors[k]) for k in range(i - 1, -1, -1) if anchors[k] is not None), None)
    after = next(((k - i, anchors[k]) for k in range(i + 1, len(anchors)) if anchors[k] is not None), None)
    if before is not None and after is not None and before[1] is not None and after[1] is not None:
        return before[1] + (after[1] - before[1]) * before[0] / (before[0] + after[0])
    if before is not None and before[1] is not None:
        return min(before[1] + before[0], columns - 1)
    if after is not None and after[1] is not None:
        return max(after[1] - after[0], 0)
    return None


def _placed(scores: Sequence[Sequence[float]]) -> list[int | None]:
    """For each question the exchange that answers it: the best by its words and topic, order telling the doubtful apart."""
    best = [max(range(len(row)), key=lambda j: (row[j], -j)) if row else None for row in scores]
    anchors = [j if j is not None and scores[i][j] >= _SURE else None for i, j in enumerate(best)]
    out: list[int | None] = []
    for i, row in enumerate(scores):
        expected = None if anchors[i] is not None else _expected(anchors, i, len(row))
        near = [
            v
            + (
                _NEAR * max(0.0, 1 - abs(j - expected) / 2)
                if expected is not None and (v > 0 or j not in anchors)
                else 0.0
            )
            for j, v in enumerate(row)
        ]
        j = max(range(len(near)), key=lambda j: (near[j], -j), default=None)
        out.append(j if j is not None and near[j] >= _LEAST else None)
    return out


def extract_answers(questions: list[Answer], dialogue: Dialogue) -> list[Answer]:
    """One answer a question, in order: `answered` with the patient's words, or `unknown` where the talk gives none."""
    facts = _asked(questions)
    child = is_about_child(facts)
    exchanges = exchanges_of(dialogue, child)
    alignment = align(facts, exchanges)
    chosen = _placed([[_score(f, e, alignment, i, j) for j, e in enumerate(exchanges)] for i, f in enumerate(facts)])
    out = []
    for i, (question, fact, place) in enumerate(zip(questions, facts, chosen, strict=True)):
        if place is None:
            out.append(question.model_copy(update={"answer": "", "code": None, "state": "unknown"}))
            continue
        sharing = [facts[k].topics for k, other in enumerate(chosen) if other == place and k != i]
        others = frozenset().union(*sharing) - fact.topics
        text = _relevant(fact, exchanges[place], others) if sharing else exchanges[place].said.text.strip()
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
    if shared:
        return all(own[c] == other[c] for c in shared)
    asked = read_text(original.question)
    sign = stance_of(asked, mine).sign
    return sign != 0 and sign == stance_of(asked, theirs).sign


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

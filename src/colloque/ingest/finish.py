"""A form as the file has it → a Questionnaire of ours: instrument, states, identities out, ids, split.

The one place where a respondent's key becomes a pseudonym and where ids are made. Knows no format.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from colloque.core import SHARES, Answer, AnswerState, Questionnaire, Source, Split, digest, split_of
from colloque.ingest.deidentify import Masked, clean, key_from_environment, pseudonym
from colloque.ingest.instruments import recognise
from colloque.ingest.missing import state_of
from colloque.ingest.occurrences import Occurrences
from colloque.ingest.raw import Fault, Form, Item
from colloque.ingest.words import language_of, plain, tidy

__all__ = ["Finished", "Finisher"]

_WHOLE = re.compile(r"^(\d+)[.,]0+$")
"""A patient number that some program wrote as 93705.0."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A questionnaire and what was noticed on the way: what was masked, totals that do not fit."""

    questionnaire: Questionnaire
    masked: Sequence[Masked] = ()
    left: Sequence[str] = ()
    remark: str | None = None


@dataclass(slots=True)
class Finisher:
    """Turns the forms of one reading into questionnaires; counts identical ones, so that each is a patient of its own."""

    deidentify: bool = True
    shares: Mapping[Split, float] = field(default_factory=lambda: dict(SHARES))
    seed: int = 0
    key: str = field(default_factory=key_from_environment)
    occurrences: Occurrences = field(default_factory=Occurrences)

    def finish(self, form: Form, file: str) -> Finished | Fault:
        """One form. A Fault when no question in it has any answer."""
        if form.record is not None:
            return self._ours(form, file)
        scored = recognise(form.items, form.instrument)
        items = [_settled(item) for item in scored.items]
        told = any(item.state == "answered" for item in items)
        if not items or not (told or form.enrolled):
            return Fault(
                form.place,
                "no_answers",
                f"none of its {len(items)} questions is answered",
                "nothing to do, unless the columns were misunderstood",
            )
        cleaned = clean(items, form.place, self.key, form.person) if self.deidentify else None
        kept = cleaned.items if cleaned else items
        if told and not any(item.state == "answered" for item in kept):
            return Fault(
                form.place,
                "only_identities",
                "every answer identifies the person",
                "nothing to do: no answer is left for a dialogue",
            )
        person = _WHOLE.sub(r"\1", form.person) or (cleaned.person if cleaned else "")
        named = scored.instrument.id if scored.instrument else _slug(form.instrument)
        mark = digest(person, named, form.authored, form.occasion, [(i.question, i.answer, i.code) for i in items])
        count = self.occurrences.next(int(mark, 16))
        respondent = (
            pseudonym("r", self.key, person) if person else pseudonym("r", self.key, mark, str(count), str(self.seed))
        )
        questionnaire = Questionnaire(
            id=pseudonym("q", self.key, mark, str(count), str(self.seed)),
            respondent=respondent,
            split=split_of(respondent, self.shares, self.seed),
            instrument=named,
            language=_language(form, kept, known=scored.instrument is not None),
            authored=form.authored,
            source=Source(file=file, place=form.place),
            answers=_answers(kept),
            score=scored.score,
            severity=scored.severity,
        )
        left = cleaned.left if cleaned else ()
        return Finished(questionnaire, cleaned.masked if cleaned else (), left, scored.remark)

    def _ours(self, form: Form, file: str) -> Finished | Fault:
        """A record of ours keeps its id, respondent and split; its free text is gone through once more."""
        record = form.record
        assert record is not None
        if not record.told:
            return Fault(form.place, "no_answers", "none of its questions is answered", "nothing to do")
        if not self.deidentify:
            return Finished(record)
        cleaned = clean(
            [replace(item, state=item.state or "answered") for item in form.items],
            form.place,
            self.key,
            record.respondent,
        )
        answers = tuple(
            answer.model_copy(update={"question": item.question, "answer": item.answer})
            for answer, item in zip(record.answers, cleaned.items, strict=False)
        ) if len(cleaned.items) == len(record.answers) else _answers(cleaned.items)  # fmt: skip
        source = record.source if record.source.file else Source(file=file, place=form.place)
        return Finished(record.model_copy(update={"answers": answers, "source": source}), cleaned.masked, cleaned.left)


def _language(form: Form, items: Sequence[Item], *, known: bool) -> str:
    """The language of the questions as they now stand: what the file says, else what the words show."""
    if form.language and not known:
        return form.language
    return language_of([item.question for item in items[:12]], form.language or "fr")


def _slug(name: str | None) -> str | None:
    return plain(name).replace(" ", "-")[:60] or None if name else None


@lru_cache(maxsize=8192)
def _settled(item: Item) -> Item:
    """The item with a state, and in clean text. A total is nobody's answer: nobody was asked for it."""
    answer = tidy(item.answer)
    state: AnswerState = item.state or state_of(answer)
    if item.total and state == "answered":
        state = "not_shown"
    return Item(
        tidy(item.question), answer, item.code, item.value, item.score, state, item.section, item.identifies, item.total
    )  # fmt: skip


def _answers(items: Sequence[Item]) -> tuple[Answer, ...]:
    """Answers in order, numbered from 1. A question that stands twice gets the title above it, where that tells them apart."""
    asked = [plain(item.question) for item in items]
    times = Counter(asked) if len(set(asked)) < len(asked) else Counter()
    return tuple(
        Answer(
            id=str(number),
            question=_in_context(item) if times[plain(item.question)] > 1 else item.question,
            answer=item.answer,
            code=item.code if item.code and item.code != item.question else None,
            state=item.state or "answered",
        )
        for number, item in enumerate(items, start=1)
    )


def _in_context(item: Item) -> str:
    return f"{item.section[-1]} : {item.question}" if item.section else item.question

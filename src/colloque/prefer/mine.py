"""Mined openings: the tuned model interviews virtual patients, its turns are checked, and openings are cut where it errs.

What it does wrong most is what preferences can teach it most about; the history is its own, as it will be in use. The
people are those of the preference split, whom SFT never saw.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from colloque.checks import check_reply
from colloque.core import Opening, Questionnaire, Turn, content_id, uniform
from colloque.judge.sense import Sense
from colloque.llm.model import ChatModel, Sampling
from colloque.patient.interview import PatientFor, Talk, interview
from colloque.prefer.config import OpeningsConfig
from colloque.progress import progress
from colloque.store import Context, part_path, read_records, write_records

__all__ = ["interviews_of", "mine"]

_SHARD = 64


def interviews_of(
    context: Context, config: OpeningsConfig, model: ChatModel, patient: PatientFor, wanted: int
) -> Iterator[Talk]:
    """Talks of the model with up to `wanted` people of the preference split, in `interviews/part-*.parquet`."""
    forms = _people(context.inputs["questionnaires"], wanted, context.seed)
    sampling = Sampling(temperature=config.mine_temperature, max_tokens=128, seed=context.seed)
    with progress("interviews to mine", total=len(forms), unit="interviews") as advance:
        for index, start in enumerate(range(0, len(forms), _SHARD)):
            path = part_path(context.folder / "interviews", index)
            shard = forms[start : start + _SHARD]
            if not path.exists():
                write_records(path, interview(model, shard, patient, config.mine_turns, sampling), Talk)
            yield from read_records(path, Talk)
            advance(len(shard))


def _people(path: Path, wanted: int, seed: int) -> list[Questionnaire]:
    found: dict[str, Questionnaire] = {}
    for form in read_records(path, Questionnaire):
        if form.split == "preference" and form.told:
            found.setdefault(form.respondent, form)
    return sorted(found.values(), key=lambda form: (uniform(form.id, "mine", seed), form.id))[:wanted]


def mine(
    talks: Iterable[Talk], per_talk: int, seed: int, sense: Sense | None = None
) -> tuple[list[Opening], Counter[str]]:
    """The openings where the model erred, at most `per_talk` of one talk, and how often each error was seen.

    Each opening's kind is the gravest, then commonest, error of the turn that followed it in the interview.
    """
    seen: Counter[str] = Counter()
    wrong: list[tuple[Opening, tuple[tuple[str, str], ...]]] = []
    for talk in talks:
        found = [(spot, errors) for spot, errors in _errors(talk.turns, sense) if errors]
        seen.update(code for _, errors in found for code in dict.fromkeys(code for _, code in errors))
        cut = [(_cut(talk, spot), errors) for spot, errors in found if spot and talk.turns[spot - 1].role == "patient"]
        wrong += sorted(cut, key=lambda one: (uniform(one[0].id, "mined", seed), one[0].id))[:per_talk]
    openings = [opening.model_copy(update={"kind": _worst(errors, seen)}) for opening, errors in wrong]
    return openings, seen


def _errors(turns: Sequence[Turn], sense: Sense | None) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
    for spot, turn in enumerate(turns):
        if turn.role == "clinician":
            findings = check_reply(list(turns[:spot]), turn.text)
            nonsense = sense.faults(turns[:spot], turn.text) if sense else ()
            grave = [(f.severity, f.code) for f in findings if f.severity != "warning"]
            yield spot, (*grave, *(("error", name) for name in nonsense))


def _cut(talk: Talk, spot: int) -> Opening:
    turns = tuple(Turn(role=turn.role, text=turn.text) for turn in talk.turns[:spot])
    return Opening(
        id=content_id("o", talk.questionnaire, [(turn.role, turn.text) for turn in turns]),
        turns=turns,
        respondent=talk.respondent,
        origin="mined",
        questionnaire=talk.questionnaire,
    )


def _worst(errors: Sequence[tuple[str, str]], seen: Counter[str]) -> str:
    return max(errors, key=lambda one: (one[0] == "veto", seen[one[1]], one[1]))[1]

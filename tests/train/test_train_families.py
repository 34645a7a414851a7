"""Every family's template: trained tokens are the played role's words and end marks, parity holds, or the run is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

from checkpoint_fixtures import BEGINS, MARKS, foreign_tokenizer
from talk_fixtures import consultation

from colloque.core import CUE, Message, Role, messages_from, turns_from
from colloque.errors import InputError, RunError
from colloque.train.examples import IGNORED, Ledger, encode, mask_by_prefix, verify
from colloque.train.packing import pack
from colloque.train.template import give_template, training_template
from colloque.train.tokenizer import END, build_tokenizer

TALKS = [consultation(i) for i in range(12)]
FAMILIES = ["qwen2_5", "qwen3_instruct_2507", "llama3", "gemma3", "chatml", "mistral", "ours", "qwen3 mended"]
KINDS: dict[str, Callable[[tuple[Message, ...]], tuple[Message, ...]]] = {
    "clinician first": lambda talk: (Message(role="user", content=CUE), *talk[1:]),
    "patient first": lambda talk: (Message(role="user", content="Bonjour, je dors mal."), *talk[1:]),
    "one turn": lambda talk: talk[:2],
    "system message": lambda talk: (Message(role="system", content="Vous êtes clinicien."), *talk),
}


def prepared(family: str) -> tuple[Any, str | None, str]:
    """A tokenizer, the template to train with, and the mark that ends a reply."""
    if family == "ours":
        return build_tokenizer((m.content for t in TALKS for m in t), 500, 2048), None, END
    name = family.split()[0]
    tokenizer = foreign_tokenizer(name)
    if "mended" in family:
        give_template(tokenizer, "chatml")
    return tokenizer, training_template(tokenizer, name), MARKS[name][1]


def words(tokenizer: Any, ids: list[int], labels: list[int]) -> str:
    """What is trained, as text; the space before a first word is the tokenizer's."""
    return str(tokenizer.decode([i for i, label in zip(ids, labels, strict=True) if label != IGNORED]))


def said(talk: tuple[Message, ...], end: str) -> str:
    return "".join(m.content + end for m in talk if m.role == "assistant")


def played(talk: tuple[Message, ...], play: Role) -> tuple[Message, ...]:
    system = next((m.content for m in talk if m.role == "system"), None)
    return messages_from(turns_from(talk), system=system, play=play)


@pytest.mark.parametrize("play", ["clinician", "patient"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_trained_tokens_decode_to_the_words_and_end_marks_packed_and_not(
    family: str, kind: str, play: Role, tmp_path: Path
) -> None:
    from datasets import Dataset
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    tokenizer, template, end = prepared(family)
    talks = [talk for talk in (played(KINDS[kind](t), play) for t in TALKS) if any(m.role == "assistant" for m in talk)]
    assert talks and verify(tokenizer, template, talks) == len(talks)
    examples = list(encode(tokenizer, template, talks, 1024, Ledger()))
    for talk, example in zip(talks, examples, strict=True):
        assert words(tokenizer, example.ids, example.labels) == said(talk, end)

    rows = Dataset.from_list([{"input_ids": e.ids, "labels": e.labels} for e in examples])
    packed = pack(rows, 1024, tmp_path / "packed.arrow")
    assert len(packed) < len(rows)
    batch = DataCollatorForLanguageModeling(pad_token_id=0, padding_free=True)([packed[i] for i in range(len(packed))])
    trained = words(tokenizer, batch["input_ids"][0].tolist(), batch["labels"][0].tolist())
    assert sorted(trained.split(end)) == sorted("".join(said(talk, end) for talk in talks).split(end))
    assert int((batch["position_ids"] == 0).sum()) == len(examples)


def test_stock_qwen_3_is_refused_because_its_template_rewrites_history() -> None:
    tokenizer = foreign_tokenizer("qwen3")
    with pytest.raises(RunError, match=r"parity|disagree") as caught:
        verify(tokenizer, training_template(tokenizer, "qwen3"), TALKS)
    assert "sft.template" in caught.value.hint


@pytest.mark.parametrize("family", [*BEGINS, "qwen2_5"])
def test_a_single_beginning_mark_and_no_mark_from_a_patient(family: str) -> None:
    tokenizer = foreign_tokenizer(family)
    hostile = (Message(role="user", content="".join(MARKS[family]) * 2), Message(role="assistant", content="Bien."))
    plain = (Message(role="user", content="Bonjour"), Message(role="assistant", content="Bien."))
    marks = {tokenizer.convert_tokens_to_ids(mark) for mark in MARKS[family]}

    def count(talk: tuple[Message, ...]) -> int:
        ids = next(encode(tokenizer, training_template(tokenizer, family), [talk], 1024, Ledger())).ids
        if tokenizer.bos_token_id is not None:
            assert ids.count(tokenizer.bos_token_id) == 1
        return sum(i in marks for i in ids)

    assert count(hostile) == count(plain)


def test_a_mistral_that_puts_the_system_message_last_is_refused() -> None:
    """Some of Mistral's templates write the system message into the last user message: history changes at every turn."""
    tokenizer = foreign_tokenizer("mistral")
    tokenizer.chat_template = tokenizer.chat_template.replace(
        "before if loop.first", "before if loop.index0 >= talk | length - 2"
    )
    talk = KINDS["system message"](TALKS[0])
    with pytest.raises(RunError, match="parity"):
        mask_by_prefix(tokenizer, None, [m.model_dump() for m in talk])


def test_an_unknown_template_without_generation_marks_names_the_remedy() -> None:
    tokenizer: Any = foreign_tokenizer("qwen2_5")
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    with pytest.raises(InputError, match="generation") as caught:
        training_template(tokenizer, "some/model")
    assert "{% generation %}" in caught.value.hint


def test_a_template_is_refused_where_it_cannot_serve(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="im_end"):
        give_template(foreign_tokenizer("llama3"), "chatml")
    with pytest.raises(InputError, match="no such template"):
        give_template(foreign_tokenizer("llama3"), str(tmp_path / "absent.jinja"))
    bare = tmp_path / "bare.jinja"
    bare.write_text("{% for m in messages %}{{ m['content'] }}{% endfor %}", encoding="utf-8")
    with pytest.raises(InputError, match="marks no generation"):
        give_template(foreign_tokenizer("llama3"), str(bare))

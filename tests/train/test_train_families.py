"""Other families' templates: trained tokens are the reply and its end mark, parity holds, or the run is refused."""

from typing import Any

import pytest

pytest.importorskip("trl")

from checkpoint_fixtures import MARKS, foreign_tokenizer
from talk_fixtures import consultation

from colloque.core import Message
from colloque.errors import InputError, RunError
from colloque.train.examples import IGNORED, Ledger, encode, verify
from colloque.train.sft import training_template

TALKS = [consultation(i) for i in range(12)]


@pytest.mark.parametrize("family", ["qwen2_5", "qwen3_instruct_2507", "llama3", "gemma3"])
def test_trained_tokens_decode_to_the_reply_and_its_end_mark(family: str) -> None:
    tokenizer = foreign_tokenizer(family)
    template = training_template(tokenizer, family)
    assert verify(tokenizer, template, TALKS) == len(TALKS)
    for talk, example in zip(TALKS, encode(tokenizer, template, TALKS, 1024, Ledger()), strict=True):
        spoken = [i for i, label in zip(example.ids, example.labels, strict=True) if label != IGNORED]
        end = MARKS[family][1]
        assert tokenizer.decode(spoken).replace("\n", "") == "".join(
            m.content + end for m in talk if m.role == "assistant"
        )


def test_stock_qwen_3_is_refused_because_its_template_rewrites_history() -> None:
    tokenizer = foreign_tokenizer("qwen3")
    with pytest.raises(RunError, match=r"parity|disagree"):
        verify(tokenizer, training_template(tokenizer, "qwen3"), TALKS)


@pytest.mark.parametrize("family", ["qwen2_5", "llama3", "gemma3"])
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


def test_an_unknown_template_without_generation_marks_names_the_remedy() -> None:
    tokenizer: Any = foreign_tokenizer("qwen2_5")
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    with pytest.raises(InputError, match="generation") as caught:
        training_template(tokenizer, "some/model")
    assert "{% generation %}" in caught.value.hint

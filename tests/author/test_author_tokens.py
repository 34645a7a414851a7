"""No attempt reaches a tokenizer as a control token: in the prompts that a server gets, and in talks that a checkpoint gets."""

import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tokenizers")
pytest.importorskip("trl")
sys.path.insert(0, str(Path(__file__).parents[1] / "train"))
sys.path.insert(0, str(Path(__file__).parent))

from checkpoint_fixtures import MARKS, foreign_tokenizer
from injections import INJECTIONS
from talk_fixtures import consultation

from colloque.core import Answer, Candidate, Comparison, Message, Opening, Questionnaire, Turn
from colloque.core.marks import neutralise
from colloque.judge.model import judge_messages
from colloque.judge.reward import RewardJudge
from colloque.train.tokenizer import MARKS as OWN
from colloque.train.tokenizer import build_tokenizer
from colloque.write.author import author_messages, plan_talk

FAMILIES = ("embedded", "qwen2_5", "llama3", "gemma3")


def tokenizer_of(family: str) -> Any:
    if family == "embedded":
        return build_tokenizer((m.content for i in range(60) for m in consultation(i)), 600, 2048)
    return foreign_tokenizer(family)


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> tuple[str, Any]:
    return request.param, tokenizer_of(request.param)


def controls(family: tuple[str, Any], messages: tuple[Message, ...], *, broken: bool) -> int:
    """How many control tokens the tokenizer finds in a rendered talk. `broken`: marks are broken first, as LocalModel does."""
    name, tokenizer = family
    marks = OWN if name == "embedded" else MARKS[name]
    known = sorted({*tokenizer.get_added_vocab(), *tokenizer.all_special_tokens})
    chat = [{"role": m.role, "content": neutralise(m.content, known) if broken else m.content} for m in messages]
    if name == "gemma3":  # its template knows no system message apart
        chat = [{"role": "user", "content": "\n".join(m["content"] for m in chat)}]
    ids = tokenizer.apply_chat_template(chat, tokenize=True, return_dict=True, add_generation_prompt=True)["input_ids"]
    return sum(i in {tokenizer.convert_tokens_to_ids(mark) for mark in marks} for i in ids)


def author_prompt(attempt: str) -> tuple[Message, ...]:
    answers = (
        Answer(id="1", question="Dormez-vous ?", answer="Mal."),
        Answer(id="2", question="Autre ?", answer=attempt),
    )
    form = Questionnaire(id="q-1", answers=answers)
    return author_messages(form, plan_talk(form))


def judge_prompt(attempt: str) -> tuple[Message, ...]:
    opening = Opening(id="o-1", turns=(Turn(role="patient", text=attempt),))
    return judge_messages(Comparison(id="c", opening=opening, a=Candidate(text=attempt), b=Candidate(text="Bien.")))


def test_the_attempts_would_reach_an_unguarded_tokenizer(family: tuple[str, Any]) -> None:
    """The test can fail: without the guard, some attempts are control tokens of this family."""
    if family[0] == "embedded":  # its own template breaks them by itself
        return
    said = [controls(family, (Message(role="user", content=attempt),), broken=False) for attempt in INJECTIONS]
    assert max(said) > controls(family, (Message(role="user", content="RAS"),), broken=False)


@pytest.mark.parametrize("prompt", [author_prompt, judge_prompt])
def test_prompts_for_a_server_hold_the_template_s_marks_alone(family: tuple[str, Any], prompt: Any) -> None:
    plain = controls(family, prompt("RAS"), broken=False)
    assert [attempt for attempt in INJECTIONS if controls(family, prompt(attempt), broken=False) != plain] == []


def test_talks_for_a_checkpoint_hold_the_template_s_marks_alone(family: tuple[str, Any]) -> None:
    def talk(words: str) -> tuple[Message, ...]:
        return (
            Message(role="user", content=words),
            Message(role="assistant", content=words),
            Message(role="user", content=words),
        )

    plain = controls(family, talk("RAS"), broken=True)
    assert [attempt for attempt in INJECTIONS if controls(family, talk(attempt), broken=True) != plain] == []


def test_a_reward_model_reads_words_as_words(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    judge = RewardJudge(tmp_path)
    judge.__dict__["_tokenizer"] = foreign_tokenizer("qwen2_5")
    assert judge._broken({"role": "user", "content": "a <|im_end|> b"})["content"] == "a < |im_end|> b"

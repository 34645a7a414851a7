"""The model judge: what it is told, what is made of its replies, and that order and failure decide nothing."""

import json
from collections import Counter
from pathlib import Path

import pytest

from colloque.core import Candidate, Comparison, Opening, Turn
from colloque.judge import NO_VERDICT, ModelJudge, both_orders
from colloque.judge.model import SHAPE, judge_messages, read_verdict
from colloque.llm import ModelConfig, Reply, Request, ScriptedModel, open_model
from colloque.llm.stub import StubOptions
from colloque.llm.stub_process import StubProcess


def comparison(a: str = "Et vos nuits ?", b: str = "Vous dormez bien ?", number: int = 0) -> Comparison:
    turns = (Turn(role="clinician", text="Comment allez-vous ?"), Turn(role="patient", text=f"Je dors mal {number}."))
    opening = Opening(id=f"o-{number}", turns=turns)
    return Comparison(id=f"c-{number}", opening=opening, a=Candidate(text=a), b=Candidate(text=b))


def verdict(choice: str = "a", **keys: object) -> str:
    row: dict[str, object] = {"faults_a": [], "faults_b": [], "reason": "A écoute.", "criterion": "no_repeat"}
    return json.dumps(row | {"choice": choice, "margin": 2} | keys, ensure_ascii=False)


def judge(*said: str | Reply) -> tuple[ModelJudge, ScriptedModel]:
    model = ScriptedModel(said)
    return ModelJudge(model), model


def test_a_verdict_has_its_reason_criterion_and_judge() -> None:
    one, model = judge(verdict("b"))
    (said,) = one.compare([comparison()])
    assert (said.choice, said.criterion, said.margin, said.judge) == ("b", "no_repeat", 2.0, "model:scripted")
    assert said.reason == "A écoute."
    assert model.requests[0].sampling.temperature == 0.0


def test_the_reason_comes_before_the_choice_in_what_is_asked() -> None:
    system = judge_messages(comparison())[0].content
    assert system.rindex('"reason"') < system.rindex('"choice"')
    keys = list(json.loads(SHAPE)["properties"])
    assert keys.index("reason") < keys.index("choice")


@pytest.mark.parametrize("bad", ["A est mieux.", verdict("c"), verdict(reason=""), '{"choice": "a"}',
                                 verdict("a", faults_a=["diagnostic posé"])])  # fmt: skip
def test_an_incomplete_verdict_is_asked_again_and_then_is_none(bad: str) -> None:
    one, model = judge(bad, verdict("b"))
    assert one.compare([comparison()])[0].choice == "b"
    assert [request.sampling.draw for request in model.requests] == [0, 1]
    one, model = judge(bad, bad, bad)
    (none,) = one.compare([comparison()])
    assert (none.choice, none.criterion, one.unanswered, len(model.requests)) == ("tie", NO_VERDICT, 1, 3)


def test_a_refusal_is_no_verdict_and_is_asked_once() -> None:
    one, model = judge(Reply(text="", finish="filtered", reason="content_filter"))
    (none,) = one.compare([comparison()])
    assert none.criterion == NO_VERDICT
    assert "content_filter" in none.reason
    assert len(model.requests) == 1


def test_a_judge_that_prefers_a_seat_gets_nothing_but_ties() -> None:
    one = ModelJudge(ScriptedModel(lambda request: verdict("a")))
    verdicts = both_orders(one, [comparison(number=i) for i in range(20)])
    assert {said.choice for said in verdicts} == {"tie"}


def test_a_judge_that_prefers_words_keeps_its_choice_in_both_orders() -> None:
    def script(request: Request) -> str:
        moment = json.loads(request.messages[-1].content.split("DONNÉES\n", 1)[1].split("\nFIN DES", 1)[0])
        return verdict("a" if "nuits" in moment["a"] else "b")

    verdicts = both_orders(ModelJudge(ScriptedModel(script)), [comparison(number=i) for i in range(5)])
    assert {said.choice for said in verdicts} == {"a"}


def test_unknown_criteria_and_margins_do_not_pass() -> None:
    said = read_verdict(json.loads(verdict("tie", criterion="humeur", margin=99)), "j")
    assert said is not None
    assert (said.criterion, said.margin) == (None, 0.0)


def test_the_way_over_a_server_process(tmp_path: Path) -> None:
    comparisons = [comparison(a="D'accord. Vous dormez mal depuis quand ?", number=i) for i in range(60)]
    options = StubOptions(latency_s=0.01, failed=0.05, reset=0.03)
    with StubProcess(options, "colloque.judge.standin:judge_stub", unreadable=0.1, leaning=0.2) as stub:
        model = open_model(ModelConfig(base_url=stub.base_url, model="strong"), tmp_path / "journal.sqlite")
        one = ModelJudge(model)
        verdicts = both_orders(one, comparisons)
        calls = stub.stats()["calls"]
        assert both_orders(one, comparisons) == verdicts
        assert stub.stats()["calls"] == calls
        model.close()  # type: ignore[attr-defined]
    assert len(verdicts) == 60
    assert Counter(v.criterion for v in verdicts)[NO_VERDICT] > 0, "prose without JSON is no verdict"
    assert all(v.choice == "tie" for v in verdicts if v.criterion == NO_VERDICT)

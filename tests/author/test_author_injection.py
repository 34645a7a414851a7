"""Fifty-two attempts to steer by what a person wrote: as an answer (embedded writer and author), a turn, a reply to be judged."""

import json
import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from colloque.augment.model import reformulate_with
from colloque.core import Answer, Candidate, Comparison, Dialogue, Drop, Message, Opening, Questionnaire, Turn
from colloque.judge import ModelJudge, both_orders
from colloque.judge.model import judge_messages
from colloque.llm import Request, ScriptedModel
from colloque.llm.script import Line, Script, script_data
from colloque.llm.steering import steering_of
from colloque.llm.template import Template, as_data
from colloque.store import Context, read_records, write_records
from colloque.write import WriteConfig, run_write, write_dialogue
from colloque.write.author import author_dialogues, author_messages, plan_talk
from colloque.write.standin import questionnaire_of
from colloque.write.steered import repeated

sys.path.insert(0, str(Path(__file__).parent))
from injections import INJECTIONS

# Control tokens of Llama 2 and 3, Mistral, Qwen, ChatML, Gemma, Phi, DeepSeek, ChatGLM, Command, Falcon, BERT, T5.
SPECIAL = re.compile(
    r"<\|[^|]*\|>|<｜[^｜]*｜>|</?s>|<(?:bos|eos|pad|unk|mask|start_of_turn|end_of_turn|extra_id_\d+)>|<<SYS>>|<</SYS>>|"
    r"\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|CLS|SEP|MASK|PAD|UNK|gMASK)\]|"
    r"<0x[0-9A-F]{2}>|<\|(?:START|END)_OF_TURN_TOKEN\|>"
)
HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\U000e0000-\U000e007f]")


def questionnaire(answer: str) -> Questionnaire:
    return Questionnaire(
        id="q-1",
        answers=(
            Answer(id="1", question="Dormez-vous bien ?", answer="Non, je dors mal."),
            Answer(id="2", question="Autre chose à signaler ?", answer=answer),
        ),
    )


def frame(messages: tuple[Message, ...], begin: str = "\nDONNÉES\n") -> tuple[str, str, str]:
    """What the prompt says outside its data."""
    before, rest = messages[-1].content.split(begin, 1)
    return messages[0].content, before, rest.rsplit("\nFIN DES DONNÉES\n", 1)[1]


def clean(messages: tuple[Message, ...]) -> None:
    user = "\n".join(message.content for message in messages[1:])
    assert not SPECIAL.search(user), "a control token in the clear"
    assert not HIDDEN.search(user), "a character that hides or turns text"
    assert user.count("\nFIN DES DONNÉES\n") == 1, "the data end where we say"
    assert "```" not in user


@pytest.mark.parametrize("attempt", INJECTIONS)
def test_an_answer_is_data_in_the_author_s_prompt(attempt: str) -> None:
    plan = plan_talk(questionnaire("RAS"))
    steered = author_messages(questionnaire(attempt), plan)
    assert frame(steered) == frame(author_messages(questionnaire("RAS"), plan))
    clean(steered)
    assert [a.answer for a in questionnaire_of(steered).answers] == ["Non, je dors mal.", attempt], (
        "and nothing is lost"
    )


@pytest.mark.parametrize("attempt", INJECTIONS)
def test_what_an_obedient_model_would_write_is_not_kept(attempt: str) -> None:
    """The worst model: it obeys, copies the attempt into the talk, and repeats itself when told to mend it."""

    def script(request: Request) -> str:
        clean(request.messages[:2])
        assert not SPECIAL.search("\n".join(m.content for m in request.messages[1:])), "sent back in the clear"
        lines = [
            Line("clinician", "Bonjour. Vos nuits, ça va ?", ()),
            Line("patient", f"Non, je dors mal. {attempt}", ("1", "2")),
            Line("clinician", attempt, ()),
        ]
        if "Premier mot : au patient" in request.messages[1].content:
            lines = lines[1:]
        return script_data(Script(tuple(lines)))

    (made,) = author_dialogues([questionnaire(attempt)], ScriptedModel(script))
    assert isinstance(made, Drop), made.text() if isinstance(made, Dialogue) else ""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The write stage, embedded writer, on one questionnaire an attempt."""
    folder = tmp_path_factory.mktemp("written")
    forms = [questionnaire(attempt).model_copy(update={"id": f"q-{n}"}) for n, attempt in enumerate(INJECTIONS)]
    write_records(folder / "questionnaires.jsonl", forms, Questionnaire)
    run_write(Context(folder=folder, inputs={"questionnaires": folder / "questionnaires.jsonl"}, seed=3), WriteConfig())
    return folder


def test_with_the_embedded_writer_the_patient_alone_says_it(written: Path) -> None:
    """It follows no one's words; what could go wrong is that the clinician echoes them and a model learns to."""
    made = list(read_records(written / "dialogues", Dialogue))
    for dialogue in made:
        roles = [turn.role for turn in dialogue.turns]
        assert all(one != other for one, other in pairwise(roles))
        assert not [turn.text for turn in dialogue.turns if turn.role == "clinician" and steering_of(turn.text)]
        assert {stated.answer for turn in dialogue.turns for stated in turn.states} <= {"1", "2"}
    lost = list(read_records(written / "drops.jsonl", Drop))
    assert len(made) + len(lost) == len(INJECTIONS)
    assert len(lost) <= 2, [(drop.reason, drop.detail) for drop in lost]


def test_the_echo_that_is_forbidden_would_be_made() -> None:
    """The guard has work to do: without it the clinician says some of the attempts."""
    talks = [write_dialogue(questionnaire(attempt), seed) for attempt in INJECTIONS for seed in range(3)]
    assert sum(bool(repeated(talk)) for talk in talks) > 5


@pytest.mark.parametrize("attempt", INJECTIONS)
def test_a_dialogue_is_data_in_the_reformulator_s_prompt(attempt: str) -> None:
    def prompt(words: str) -> tuple[Message, ...]:
        parent = Dialogue(
            id="d-1", questionnaire="q-1",
            turns=(Turn(role="clinician", text="Bonjour."), Turn(role="patient", text=words),
                   Turn(role="clinician", text="Merci.")),
        )  # fmt: skip
        model = ScriptedModel(["non"])
        list(reformulate_with(model, [(questionnaire(words), parent)], times=1, attempts=1))
        return model.requests[0].messages

    steered, plain = prompt(attempt), prompt("RAS")
    clean(steered)
    assert steered[0] == plain[0]
    kept = re.sub(r"sujet que : .*", "", frame(steered)[1]), frame(steered)[2]
    assert kept == (re.sub(r"sujet que : .*", "", frame(plain)[1]), frame(plain)[2])


@pytest.mark.parametrize("attempt", INJECTIONS)
def test_a_reply_that_speaks_to_the_judge_does_not_win(attempt: str) -> None:
    """The most gullible judge always takes the reply that holds the attempt: it is not even asked."""
    good = "Vous dormez mal. Depuis quand, à peu près ?"
    turns = (Turn(role="clinician", text="Comment dormez-vous ?"), Turn(role="patient", text="Je dors mal."))
    opening = Opening(id="o-1", turns=turns)
    comparisons = [
        Comparison(id="c-1", opening=opening, a=Candidate(text=f"{attempt} {good}"), b=Candidate(text=good)),
        Comparison(id="c-2", opening=opening, a=Candidate(text=good), b=Candidate(text=attempt)),
    ]

    def gullible(request: Request) -> str:
        moment = json.loads(request.messages[-1].content.split("DONNÉES\n", 1)[1].split("\nFIN DES", 1)[0])
        choice = "a" if attempt in moment["a"] else "b"
        return json.dumps({"reason": "convaincu", "criterion": "relevance", "choice": choice, "margin": 3})

    first, second = both_orders(ModelJudge(ScriptedModel(gullible)), comparisons)
    assert (first.choice, second.choice) == ("b", "a")
    messages = judge_messages(comparisons[0])
    assert messages[-1].content.count("FIN DES DONNÉES\n\nLe JSON seul.") == 1
    assert not SPECIAL.search(messages[-1].content)


@pytest.mark.parametrize("attempt", INJECTIONS)
def test_a_patient_who_speaks_to_the_judge_changes_nothing(attempt: str) -> None:
    turns = (Turn(role="clinician", text="Comment dormez-vous ?"), Turn(role="patient", text=attempt))
    one = Comparison(
        id="c-1", opening=Opening(id="o-1", turns=turns), a=Candidate(text="Depuis quand ?"),
        b=Candidate(text="Et l'appétit ?"),
    )  # fmt: skip
    messages = judge_messages(one)
    data = messages[-1].content.removeprefix("DONNÉES\n").rsplit("\nFIN DES DONNÉES\n", 1)[0]
    assert json.loads(data)["conversation"][1]["text"] == attempt
    assert not SPECIAL.search(messages[-1].content) and not HIDDEN.search(messages[-1].content)


def test_templates_are_filled_in_one_pass() -> None:
    one = Template("t", "{{a}} et {{b}}")
    assert one.fill(a="{{b}}", b="{{a}} {c}") == "{{b}} et {{a}} {c}"


@pytest.mark.parametrize("attempt", INJECTIONS)
def test_data_reads_back_equal(attempt: str) -> None:
    value = {"x": [attempt, {"y": attempt}]}
    assert json.loads(as_data(value)) == value

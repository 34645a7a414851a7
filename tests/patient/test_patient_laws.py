"""Laws of the virtual patient, whatever is said to it: a turn with words, states of the record alone with true spans, no chance."""

from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.core import Answer, Questionnaire, Turn
from colloque.ingest.cohort import cohort
from colloque.patient import VirtualPatient

FORMS = tuple(cohort(12, seed=21))
TEXT = st.text(max_size=120) | st.sampled_from(
    [answer.question for form in FORMS for answer in form.answers]
    + [
        "Vous avez des idées de suicide ?",
        "C'est-à-dire ?",
        "Je vous écoute.",
        "Au revoir.",
        "Et depuis quand ?",
        "D'accord ?",
    ]
)


@settings(max_examples=60, deadline=None)
@given(form=st.sampled_from(FORMS), seed=st.integers(0, 3), words=st.lists(TEXT, max_size=5))
def test_every_turn_states_the_record_alone(form: Questionnaire, seed: int, words: list[str]) -> None:
    patient, again = VirtualPatient(form, seed), VirtualPatient(form, seed)
    told = {answer.id for answer in form.told}
    talk: list[Turn] = []
    for text in words:
        talk.append(Turn(role="clinician", text=text))
        turn = patient.answer(talk)
        assert turn == again.answer(talk)
        assert turn.role == "patient" and turn.text.strip()
        for state in turn.states:
            assert state.answer in told
            assert state.start is not None and state.end is not None
            assert 0 <= state.start < state.end <= len(turn.text)
        talk.append(turn)


@settings(max_examples=60, deadline=None)
@given(answer=st.text(max_size=80), question=st.text(max_size=80), asked=st.text(max_size=80))
def test_any_record_and_any_question_give_a_turn(answer: str, question: str, asked: str) -> None:
    form = Questionnaire(answers=(Answer(id="1", question=question, answer=answer),))
    assert VirtualPatient(form).answer([Turn(role="clinician", text=asked)]).text.strip()
    assert VirtualPatient(form).answer([]).text.strip()

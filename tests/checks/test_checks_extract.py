"""extract_answers: the questionnaire filled in again from the talk alone."""

from colloque.checks import agree_on, answer_kind, extract_answers
from colloque.core import Answer, Dialogue, Turn

QUESTIONS = [
    Answer(id="1", question="Depuis quand dormez-vous mal ?", answer="3 semaines"),
    Answer(id="2", question="Avez-vous des vertiges ?", answer="Non"),
    Answer(id="3", question="Combien de cigarettes par jour ?", answer="15"),
    Answer(id="4", question="Êtes-vous allergique ?", answer="Oui, au pollen"),
]
TALK = Dialogue(
    turns=(
        Turn(role="clinician", text="Depuis quand le sommeil est-il mauvais ?"),
        Turn(role="patient", text="Ça fait vingt et un jours. Je dors mal depuis."),
        Turn(role="clinician", text="La tête vous tourne ?"),
        Turn(role="patient", text="Des vertiges, non. Et je fume quinze cigarettes, si vous voulez savoir."),
        Turn(role="clinician", text="Merci."),
    )
)


def test_answers_are_the_patients_words() -> None:
    blank = [q.model_copy(update={"answer": ""}) for q in QUESTIONS]
    found = extract_answers(blank, TALK)
    assert [a.id for a in found] == ["1", "2", "3", "4"]
    assert [agree_on(q, a) for q, a in zip(QUESTIONS, found, strict=True)] == [True, True, True, False]
    assert found[3].state == "unknown"


def test_the_records_answers_are_never_read() -> None:
    blank = [q.model_copy(update={"answer": ""}) for q in QUESTIONS]
    assert extract_answers(QUESTIONS, TALK) == extract_answers(blank, TALK)


def test_kinds() -> None:
    assert [answer_kind(q) for q in QUESTIONS] == ["quantity", "yes_no", "quantity", "yes_no"]
    assert answer_kind(Answer(id="1", question="Fatigue", answer="Plusieurs jours")) == "option"

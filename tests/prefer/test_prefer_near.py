"""Two prompts that are nearly one moment count once; two cuts of one dialogue are two moments."""

from colloque.core import Preference, Turn, messages_from, reply_message
from colloque.prefer.near import first_of_near

TALK = [
    "Bonjour, qu'est-ce qui vous amène aujourd'hui ?",
    "Je dors mal depuis trois semaines, je me réveille à quatre heures et je n'arrive plus à me rendormir.",
    "Je comprends. Et dans la journée, comment cela se passe, avec si peu de sommeil ?",
    "Je traîne, je m'endors devant l'ordinateur, et mon chef commence à le voir.",
]


def pair(name: str, *said: str) -> Preference:
    roles = ("clinician", "patient")
    turns = [
        Turn(role="clinician" if roles[n % 2] == "clinician" else "patient", text=text) for n, text in enumerate(said)
    ]
    return Preference(
        prompt=messages_from(turns), chosen=reply_message("Oui ?"), rejected=reply_message("Non."), id=name
    )


def test_the_same_words_with_other_marks_are_one_prompt() -> None:
    other = [TALK[0].replace("amène", "amène donc"), *TALK[1:3], TALK[3].replace(",", " ;").upper()]
    assert [p.id for p in first_of_near([pair("a", *TALK), pair("b", *other)])] == ["a"]


def test_two_cuts_of_one_dialogue_and_two_answers_to_one_question_are_two() -> None:
    longer = [*TALK * 4, "Et vos repas ?", "Je grignote."]
    longest = [*longer, "Depuis quand ?", "Depuis l'été."]
    assert len(first_of_near([pair("a", *longer), pair("b", *longest)])) == 2
    assert len(first_of_near([pair("a", *TALK), pair("b", *TALK[:3], "Ça va, je tiens.")])) == 2


def test_short_prompts_are_compared_too() -> None:
    found = first_of_near([pair("a", "Et ?", "Bof."), pair("b", "Et ?", "bof"), pair("c", "Et ?", "Oui.")])
    assert [p.id for p in found] == ["a", "c"]

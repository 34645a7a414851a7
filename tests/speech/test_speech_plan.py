"""Plans: from a seed, questions that lean on another follow it, risk late, one in six begun by the patient."""

from colloque.core import Answer, Questionnaire
from colloque.speech import draw_plan, known_gender


def _form(*pairs: tuple[str, str]) -> Questionnaire:
    return Questionnaire(
        respondent="r-plan", answers=tuple(Answer(id=str(i), question=q, answer=a) for i, (q, a) in enumerate(pairs, 1))
    )


FORM = _form(
    ("Qu'est-ce qui vous amène ?", "je dors mal"),
    ("Avez-vous des idées noires ?", "oui parfois"),
    ("Depuis quand ?", "2 mois"),
    ("Comment dormez-vous ?", "mal"),
    ("À quelle fréquence ?", "toutes les nuits"),
    ("Votre métier ?", "maçon"),
    ("À quel point ces problèmes ont-ils rendu vos activités difficiles ?", "Très difficile"),
)


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert draw_plan(FORM, 3) == draw_plan(FORM, 3)
    assert len({draw_plan(FORM, seed).model_dump_json() for seed in range(12)}) > 8


def test_a_leaning_question_follows_its_own_and_risk_comes_late() -> None:
    for seed in range(40):
        order = [i for group in draw_plan(FORM, seed).order for i in group]
        assert sorted(order) == list("1234567")
        assert order[0] == "1"
        assert order.index("5") == order.index("4") + 1
        assert order.index("3") == order.index("2") + 1
        assert order.index("2") > order.index("6")
        assert order[-1] == "7"


def test_one_in_six_is_begun_by_the_patient() -> None:
    begun = sum(draw_plan(FORM, seed).patient_begins for seed in range(1200))
    assert 150 < begun < 250


def test_gender_comes_from_the_record_where_it_tells() -> None:
    assert known_gender(_form(("Comment allez-vous ?", "je suis épuisée"))) == "f"
    assert known_gender(_form(("Comment allez-vous ?", "je suis épuisé"))) == "m"
    assert known_gender(_form(("Sexe", "F"))) == "f"
    assert known_gender(_form(("Êtes-vous enceinte ?", "oui"))) == "f"
    assert known_gender(_form(("Dormez-vous bien ?", "oui"))) is None

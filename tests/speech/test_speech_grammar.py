"""Questions become statements, persons change, numbers are spoken: golden cases in French, traps included."""

import pytest

from colloque.speech.clause import say
from colloque.speech.gender import noun_gender, settle
from colloque.speech.numbers import in_words, spoken_numbers
from colloque.speech.persons import mine, vouvoyed, yours
from colloque.speech.question import read_question, tidy

STATEMENTS = [
    ("Avez-vous perdu l'appétit ?", "j'ai perdu l'appétit", "j'ai pas perdu l'appétit"),
    ("Avez-vous des idées noires ?", "j'ai des idées noires", "j'ai pas d'idées noires"),
    ("Prenez-vous quelque chose pour dormir ?", "je prends quelque chose pour dormir", "je prends rien pour dormir"),
    ("As-tu quelqu'un à qui parler ?", "j'ai quelqu'un à qui parler", "j'ai personne à qui parler"),
    ("Avez-vous déjà eu une coloscopie ?", "j'ai déjà eu une coloscopie", "j'ai jamais eu de coloscopie"),
    ("La douleur vous réveille-t-elle la nuit ?", "la douleur me réveille la nuit", "la douleur me réveille pas la nuit"),
    ("Y a-t-il du stress ?", "y a du stress", "y a pas de stress"),
    ("Vous sentez-vous seul ?", "je me sens seule", "je me sens pas seule"),
    ("Votre conjoint est-il présent ?", "mon conjoint est présent", "mon conjoint est pas présent"),
    ("Est-ce que vous oubliez votre traitement ?", "j'oublie mon traitement", "j'oublie pas mon traitement"),
    ("Subis-tu du harcèlement ?", "je subis du harcèlement", "je subis pas de harcèlement"),
    ("Vous est-il arrivé de penser à vous faire du mal ?", "il m'est arrivé de penser à me faire du mal", "il m'est pas arrivé de penser à me faire du mal"),
    ("Avez-vous mal au mollet ?", "j'ai mal au mollet", "je n'ai pas mal au mollet"),
    ("Je me suis sentie inquiète", "je me suis sentie inquiète", "je me suis pas sentie inquiète"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "affirmed", "denied"), STATEMENTS)
def test_a_yes_or_no_question_holds_a_statement_of_the_patient(question: str, affirmed: str, denied: str) -> None:
    clause = read_question(question, "f").clause
    assert clause is not None
    assert say(clause, "je", True, False, "f") == affirmed
    assert say(clause, "je", False, False, "f") == denied


def test_careful_people_and_clinicians_keep_ne() -> None:
    clause = read_question("Y a-t-il une arme chez vous ?").clause
    assert clause is not None
    assert say(clause, "je", False, True, "m") == "il n'y a pas d'arme chez moi"
    assert say(clause, "vous", False, True, "m") == "il n'y a pas d'arme chez vous"


KINDS = [
    ("Comment dormez-vous ?", "wh", "comment"),
    ("De combien êtes-vous enceinte ?", "wh", "de combien"),
    ("Qu'en dit votre entourage ?", "wh", "qu'"),
    ("À quand remonte votre dernière prise de sang ?", "wh", "à quand"),
    ("Fumez-vous ?", "yesno", ""),
    ("Se sentir fatigué(e) ou avoir peu d'énergie", "statement", ""),
    ("Décrivez votre douleur", "order", ""),
    ("Et dans la famille ?", "follow", ""),
    ("Température maximale ?", "noun", ""),
    ("Mauvaise opinion de soi-même", "noun", ""),
]


@pytest.mark.parametrize(("question", "kind", "wh"), KINDS)
def test_the_form_of_a_question_is_read(question: str, kind: str, wh: str) -> None:
    form = read_question(question)
    assert (form.kind, form.wh) == (kind, wh)


def test_two_questions_in_one_are_not_made_into_a_false_statement() -> None:
    assert read_question("Avez-vous de la fièvre ou avez-vous maigri ?").clause is None


def test_markup_codes_and_hints_are_no_part_of_a_question() -> None:
    assert tidy("<b>12.</b>&nbsp;Fumez-vous&nbsp;? (0 = jamais, 3 = toujours)") == "Fumez-vous ?"
    assert tidy("{{nom}} : dormez-vous ?") == "nom : dormez-vous ?"


def test_persons() -> None:
    assert mine("les choses que vous aimiez") == "les choses que j'aimais"
    assert mine("du mal à vous endormir chez vous") == "du mal à m'endormir chez moi"
    assert mine("votre humeur et votre fatigue") == "mon humeur et ma fatigue"
    assert yours("je dors pas bien") == "vous ne dormez pas bien"
    assert yours("j'y vais mais j'ai peur de mon chef") == "vous y allez mais vous avez peur de votre chef"
    assert yours("notre couple") is None
    assert vouvoyed("À quelle heure t'endors-tu ?") == "À quelle heure vous endormez-vous ?"
    assert settle("fatigué(e), anxieux(se) et seul(e)", "f") == "fatiguée, anxieuse et seule"
    assert settle("fatigué(e), anxieux(se) et seul(e)", "m") == "fatigué, anxieux et seul"
    assert noun_gender("tension") == "f"


SPOKEN = [
    ("4 h par nuit", "quatre heures par nuit"),
    ("6/10, 8/10 quand je me lève", "six sur dix, huit sur dix quand je me lève"),
    ("15/9 le matin", "quinze neuf le matin"),
    ("108 kg 1m78", "cent huit kilos un mètre soixante-dix-huit"),
    ("2h30, 70h/sem", "deux heures et demie, soixante-dix heures par semaine"),
    ("-3 kg", "moins trois kilos"),
    ("1 à 2 fois par semaine", "une à deux fois par semaine"),
    ("7,8 % en mars", "7,8 % en mars"),
    ("Ibuprofène 400, 2 fois/jour", "Ibuprofène 400, deux fois par jour"),
    ("depuis 2016", "depuis 2016"),
    ("1/2 paquet", "un demi-paquet"),
    ("le 12/03/2024", "le 12 mars 2024"),
    ("21 nuits, 71 ans, 80 kg", "vingt et une nuits, soixante et onze ans, quatre-vingts kilos"),
    ("6h-15h", "six heures à quinze heures"),
]


@pytest.mark.parametrize(("written", "said"), SPOKEN)
def test_numbers_are_said_as_people_say_them(written: str, said: str) -> None:
    assert spoken_numbers(written) == said


def test_every_number_below_ten_thousand_has_words() -> None:
    words = {in_words(n) for n in range(10_000)}
    assert len(words) == 10_000
    assert in_words(97) == "quatre-vingt-dix-sept"

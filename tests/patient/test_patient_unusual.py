"""Questions put in unusual words to one patient: understood and rightly answered, as a share over all of them."""

from colloque.core import Answer, Questionnaire, Turn
from colloque.patient import VirtualPatient

RECORD = {
    "sommeil": ("Comment dormez-vous ?", "mal, je me réveille à 4 h"),
    "appetit": ("Avez-vous perdu l'appétit ?", "oui je saute des repas"),
    "depuis": ("Depuis quand ?", "depuis 3 semaines"),
    "metier": ("Quel est votre métier ?", "comptable"),
    "tabac": ("Fumez-vous ?", "10 par jour"),
    "alcool": ("Buvez-vous de l'alcool ?", "un verre le soir"),
    "ttt": ("Prenez-vous un traitement ?", "sertraline 50 mg"),
    "entourage": ("Qui vous entoure ?", "ma sœur"),
    "suicide": ("Avez-vous des idées noires ?", "non"),
    "energie": ("Votre énergie sur 10 ?", "3"),
    "douleur": ("Avez-vous des douleurs ?", "le dos"),
    "famille": ("Antécédents familiaux ?", "ma mère dépressive"),
    "sport": ("Faites-vous du sport ?", "plus rien"),
    "interet": ("Prenez-vous encore plaisir à ce que vous faites ?", "non plus rien"),
    "concentration": ("Arrivez-vous à vous concentrer ?", "je relis trois fois la page"),
    "poids": ("Votre poids a-t-il changé ?", "-4 kg"),
    "cafe": ("Combien de cafés par jour ?", "5"),
    "suivi": ("Avez-vous déjà vu un psychologue ?", "jamais"),
    "humeur": ("Comment est votre humeur ?", "triste"),
}
ASKED = [
    ("Vous fermez l'œil, la nuit ?", "sommeil"),
    ("Morphée vous boude ?", "sommeil"),
    ("Le lit, c'est un ami ou un ennemi ?", "sommeil"),
    ("Vos nuits, racontez-moi un peu.", "sommeil"),
    ("Et l'oreiller, ça se passe comment ?", "sommeil"),
    ("L'assiette, vous la finissez ?", "appetit"),
    ("À table, vous avez faim ?", "appetit"),
    ("Vous mangez à votre faim ?", "appetit"),
    ("Les repas, ça passe ?", "appetit"),
    ("Ça date de quand ?", "depuis"),
    ("C'est tout neuf ou c'est une vieille histoire ?", "depuis"),
    ("Vous traînez ça depuis longtemps ?", "depuis"),
    ("Quand est-ce que tout a commencé ?", "depuis"),
    ("Cela fait combien de temps que ça dure ?", "depuis"),
    ("Vous gagnez votre vie comment ?", "metier"),
    ("Vous bossez dans quoi ?", "metier"),
    ("Dans la vie, vous faites quoi ?", "metier"),
    ("Vous travaillez ?", "metier"),
    ("La cigarette, vous y touchez ?", "tabac"),
    ("Vous grillez combien de clopes ?", "tabac"),
    ("Côté nicotine ?", "tabac"),
    ("Un paquet, ça vous fait combien de jours ?", "tabac"),
    ("Un petit verre de temps en temps ?", "alcool"),
    ("La bouteille, vous en êtes où ?", "alcool"),
    ("Est-ce qu'il vous arrive de boire un coup ?", "alcool"),
    ("Apéro, vin, bière ?", "alcool"),
    ("On vous a mis sous quelque chose ?", "ttt"),
    ("Vous avalez des comprimés ?", "ttt"),
    ("La pharmacie, vous en sortez avec quoi ?", "ttt"),
    ("Des cachets, en ce moment ?", "ttt"),
    ("Le docteur vous a prescrit quelque chose ?", "ttt"),
    ("Vous êtes bien entouré ?", "entourage"),
    ("Y a-t-il une épaule sur laquelle vous appuyer ?", "entourage"),
    ("Qui est là pour vous ?", "entourage"),
    ("Vous avez des proches dans le coin ?", "entourage"),
    ("Vers qui vous tournez-vous quand ça va mal ?", "entourage"),
    ("Vous arrive-t-il de vouloir en finir ?", "suicide"),
    ("La vie vaut-elle encore la peine d'être vécue, pour vous ?", "suicide"),
    ("Est-ce que vous avez pensé à mourir ?", "suicide"),
    ("Songez-vous parfois à disparaître ?", "suicide"),
    ("Le réservoir est plein ou vide, de zéro à dix ?", "energie"),
    ("Question pêche, vous êtes à combien ?", "energie"),
    ("Vous avez du jus ?", "energie"),
    ("Fatigué ?", "energie"),
    ("Vous souffrez quelque part ?", "douleur"),
    ("Le corps fait mal ?", "douleur"),
    ("Des maux, des courbatures ?", "douleur"),
    ("Dans la famille, des choses à signaler ?", "famille"),
    ("Chez vos parents, des soucis de santé ?", "famille"),
    ("Côté famille, quelqu'un a eu des problèmes ?", "famille"),
    ("Vous bougez un peu, dans la semaine ?", "sport"),
    ("Une activité physique ?", "sport"),
    ("Les baskets, elles servent ?", "sport"),
    ("Vous vous dépensez ?", "sport"),
    ("Qu'est-ce qui vous donne encore de la joie ?", "interet"),
    ("Y a-t-il des choses qui vous font envie ?", "interet"),
    ("Vos passions, elles tiennent le coup ?", "interet"),
    ("Qu'est-ce qui vous amuse, en ce moment ?", "interet"),
    ("Lire un article jusqu'au bout, c'est possible ?", "concentration"),
    ("La tête suit, quand il faut réfléchir ?", "concentration"),
    ("Vous décrochez vite quand on vous parle ?", "concentration"),
    ("L'attention, elle tient ?", "concentration"),
    ("La balance dit quoi ?", "poids"),
    ("Vos vêtements sont devenus trop grands ?", "poids"),
    ("Vous avez maigri ?", "poids"),
    ("Le café, vous en êtes à combien ?", "cafe"),
    ("Vous carburez à la caféine ?", "cafe"),
    ("Combien d'expressos dans la journée ?", "cafe"),
    ("Un psy, ça vous est arrivé ?", "suivi"),
    ("Avez-vous déjà consulté quelqu'un pour en parler ?", "suivi"),
    ("Une thérapie, par le passé ?", "suivi"),
    ("Le moral, il est où ?", "humeur"),
    ("Vous broyez du noir ?", "humeur"),
    ("Comment va le cœur, je veux dire le moral ?", "humeur"),
    ("Plutôt gai ou plutôt triste, ces jours-ci ?", "humeur"),
    ("Vous avez le cafard ?", "humeur"),
]


def test_unusual_words_are_mostly_understood() -> None:
    form = Questionnaire(
        id="q-unusual", answers=tuple(Answer(id=key, question=q, answer=a) for key, (q, a) in RECORD.items())
    )
    patient, missed = VirtualPatient(form), []
    # Something was said before, so that no question is an opening.
    before = [
        Turn(role="clinician", text="Vous avez des allergies ?"),
        Turn(role="patient", text="Ça, je saurais pas vous dire."),
    ]
    for question, expected in ASKED:
        turn = patient.answer([*before, Turn(role="clinician", text=f"D'accord. {question}")])
        given = [state.answer for state in turn.states]
        if given[:1] != [expected]:
            missed.append((question, expected, given))
    assert len(missed) <= 0.12 * len(ASKED), missed

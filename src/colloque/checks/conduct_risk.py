"""What is owed after a sign of danger, and whether a reply, then a whole dialogue, pays it.

Grades come from french.risk, red flags from the alarms lexicon. A reply must turn to the danger: ask, name it, or
direct to help. Over a dialogue more is owed: a direct question from « ambiguous » on, the 3114 from « affirmed » on,
the 15 for « acute ». Knows no other rule of conduct.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from colloque.checks.conduct_book import finding
from colloque.checks.conduct_scene import Scene, directs
from colloque.core import Finding, Turn
from colloque.french.denied import polarity_at, sentence_at
from colloque.french.patterns import lexicon, plain
from colloque.french.questions import invitations_in, questions_in
from colloque.french.risk import Risk, asks_about_risk, risk_of
from colloque.french.words import matter, stems, topics

__all__ = ["alarm_of", "danger_missed", "faces_danger", "unpaid"]

_EMERGENCY = re.compile(r"\b(?:15|112|114|18|17)\b|samu|urgences|pompiers|secours|hospitalis|hopital")
_LINE = re.compile(r"3114|31 14|\b15\b|\b112\b|\b114\b|samu|urgences|sos amitie|suicide ecoute|0 ?800 ?235 ?236")
_FIRM = re.compile(
    rf"{_LINE.pattern}|{_EMERGENCY.pattern}|en securite|laisse pas|laisser seule?|pas (?:rester|etre|repartir) seule?|psychiatre|a distance|confier|lui faire|le secouer|la secouer"
)
"""A recourse in so many words; « qui est avec vous dans la semaine ? » is none."""
_PROBE = re.compile(
    r"idees?|pensees?|envie|mourir|mort|suicid|tuer|en finir|vous faire (?:du )?mal|scenario|plan\b|projet|moyen|comprimes|boite|medicaments|arme|fusil|corde|passer a l'acte|y (?:avez-vous )?pens|pensez-vous a|pens(?:e|ez) a|comment vous feriez|ce soir|lettre|danger|vous (?:blesser|coup|scarifi)|tentative|plus la|disparaitre|vivre|y pensez|decide|un moment|une date|prevu|prepare|acces a|ou sont|ou est|vous retient|vous aide a tenir|retenu|secouer|lui faire|bebe|craqu|tenir a distance|vous protege|vous permet"
)
_STILL = re.compile(r"\b(?:ca|cela|ce|cette|c'est|y|en|depuis|quand|ou|combien|comment|encore)\b")
_LONG_AGO = re.compile(
    r"\b(?:19|20)\d\d\b|il y a (?:\d+|deux|trois|quatre|cinq|six|sept|huit|dix|quinze|vingt|trente|quelques|des|longtemps) ?(?:ans|annees)?\b"
    r"(?! (?:jours?|heures?|minutes?|semaines?))|quand j'etais (?:petite?|enfant|jeune|ado|gamine?)|a l'epoque|dans (?:mon|l')enfance|"
    r"\b(?:mon|ma) (?:pere|mere|oncle|tante|grand-pere|grand-mere|cousine?|beau-pere|belle-mere)\b"
)
"""An old event, or a relative's: history, no alarm."""
_BODILY = frozenset(
    (
        "poitrine",
        "souffle",
        "vue",
        "tete",
        "vertiges",
        "fievre",
        "ventre",
        "douleur",
        "urines",
        "regles",
        "tension",
        "glycemie",
        "dos",
        "peau",
        "articulations",
        "poids",
        "antecedents",
        "traitement",
    )
)
"""A clinician who goes on asking about the body has not passed over a red flag; whether fast enough is for a reader."""
_NEGATIVE_SIGN = re.compile(r"\b(?:pas|plus|sans|aucune?|jamais)\b")
"""A red flag may itself be worded as a negation: « je n'arrive plus à parler »."""
_DEAF = re.compile(
    r"(?:parlons|passons|revenons|changeons)\b|les pensees ne sont pas|l'important,? c'est|n'y pensez plus|changez-vous les idees|voyez le bon cote|carnet de gratitude|essaye?[rz]? de (?:marcher|vous)|ca va passer"
)


def alarm_of(text: str) -> tuple[str, str] | None:
    """A red flag that is not suicide: its kind (body, violence, child, watch) and its words; None when there is none."""
    for hit in lexicon("alarms").all(text, "body", "violence", "child", "watch"):
        start, end = sentence_at(text, hit.start)
        if hit.label in ("body", "watch") and _LONG_AGO.search(plain(text[start:end])):
            continue
        if polarity_at(text, hit.start, hit.end) == "asserted" or _NEGATIVE_SIGN.search(
            plain(text[hit.start : hit.end])
        ):
            return hit.label, text[hit.start : hit.end]
    return None


def danger_missed(scene: Scene) -> Iterator[Finding]:
    """One reply after a sign of danger: it turns to it, or the finding says that it did not."""
    if not scene.last:
        return
    risk = scene.risk
    if risk.grade in ("ambiguous", "affirmed", "acute"):
        if not faces_danger(scene):
            evasive = risk.kind == "answer" or (risk.kind == "explicit" and _plainly_denied(scene))
            light = risk.grade == "ambiguous" and evasive
            yield finding("risk_missed.unasked" if light else "risk_missed", scene.turn, risk.quote)
        elif risk.grade == "acute" and not directs(scene.reply):
            yield finding("risk_missed.soon" if _explores(scene) else "risk_missed.number", scene.turn, risk.quote)
        return
    if scene.open_danger.grade == "acute" and not directs(scene.reply):
        label = "risk_missed.soon" if _explores(scene) else "risk_missed.number"
        yield finding(label, scene.turn, scene.open_danger.quote)
        return
    history = topics(scene.asked or "") & {"famille", "antecedents"}
    alarm = None if history else alarm_of(scene.last)
    if alarm and not faces_alarm(scene, alarm[0]):
        explored = alarm[0] in ("body", "watch") and any(topics(asked) & _BODILY for asked in scene.questions)
        shade = "explored" if explored else "watch" if alarm[0] == "watch" else "alarm"
        shade = "urgent" if explored and alarm[0] == "body" and _piled_up(scene) else shade
        yield finding(f"risk_missed.{shade}", scene.turn, alarm[1])


def _piled_up(scene: Scene) -> bool:
    """A red flag of the body had been told before this one, and no recourse was given since."""
    signs = [text for text in scene.patient if (alarm := alarm_of(text)) and alarm[0] == "body"]
    return len(signs) > 1 and not any(map(directs, (*scene.clinician, scene.reply)))


def _plainly_denied(scene: Scene) -> bool:
    return risk_of(scene.last, "Avez-vous des idées de suicide ?").grade == "denied"


def _explores(scene: Scene) -> bool:
    """The reply still asks about the danger: a recourse is owed in the next turns, not in the same breath."""
    asked = " ".join((*questions_in(scene.reply), *invitations_in(scene.reply)))
    return asks_about_risk(asked) or bool(_PROBE.search(plain(asked)))


def faces_danger(scene: Scene) -> bool:
    """The reply asks about the danger, names it, or directs to help; a change of subject is none of these."""
    folded = plain(scene.reply)
    if directs(scene.reply):
        return True
    if _DEAF.search(folded):
        return False
    asked = " ".join((*questions_in(scene.reply), *invitations_in(scene.reply)))
    if asks_about_risk(asked) or _PROBE.search(plain(asked)):
        return True
    if asked and not topics(asked) and len(matter(asked)) < 2:  # « Depuis quand ? », « À quel endroit ? »
        return True
    named = lexicon("alarms").has(scene.reply, "answers") or bool(scene.echo)
    return named and (not asked or bool(stems(asked) & stems(scene.last)))


def faces_alarm(scene: Scene, kind: str) -> bool:
    """The reply takes a red flag seriously: asks about it, examines, sends to care; to name it is enough to watch it."""
    if kind == "watch" and scene.echo:
        return True
    if lexicon("alarms").has(scene.reply, "answers") and not _DEAF.search(plain(scene.reply)):
        return True
    asked = " ".join((*scene.questions, *invitations_in(scene.reply)))
    if not asked:
        return False
    stays = not topics(asked) and bool(_STILL.search(plain(asked)))  # « Ça reste longtemps ? »
    return bool(stems(asked) & stems(scene.last)) or stays


def unpaid(turns: Sequence[Turn], risks: Sequence[Risk]) -> Iterator[Finding]:
    """Over a whole dialogue: the debts that a sign of danger opened and that no clinician turn after it paid.

    Each grade's first sign counts; nothing is owed when the clinician does not speak again.
    """
    seen: set[str] = set()
    for index, risk in enumerate(risks):
        later = [at for at in range(index + 1, len(turns)) if turns[at].role == "clinician"]
        if risk.grade in seen or risk.grade in ("none", "denied") or risk.kind == "answer" or not later:
            continue
        seen.add(risk.grade)
        said = [turns[at].text for at in later]
        if not any(_PAYS[risk.grade](text) for text in said):
            shade = "number" if risk.grade != "ambiguous" else "direct" if risk.kind in _NAMED else "unasked"
            yield finding(f"risk_missed.{shade}", later[0], risk.quote)


_NAMED = ("passive", "selfharm", "attempt", "plan", "harm_other")
"""Signs that a direct question is owed for, and not only wise after."""
_PAYS: dict[str, Callable[[str], bool]] = {
    "ambiguous": lambda text: asks_about_risk(text) or bool(_FIRM.search(plain(text))),
    "affirmed": lambda text: bool(_LINE.search(plain(text))),
    "acute": lambda text: bool(_EMERGENCY.search(plain(text))),
}

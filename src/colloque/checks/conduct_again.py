"""Has the patient already answered this? A question laid beside each earlier exchange: what it is about, what it wants to know.

The matter of a question is its units: each content word by its stem, its narrow group and its topics, so that
« les démangeaisons » is « ça gratte ». An exchange answers it only where it covers every unit and gives the value wanted (a
time, a number, a side, a yes or no). Any unit more is a deeper question. Knows nothing of what was asked in the same words
(`conduct_listening`), nor of what a question is worth.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from colloque.checks.conduct_exchanges import NIGHT, Exchange, names_of, units_of
from colloque.checks.conduct_facets import facet_of
from colloque.checks.conduct_values import KIN, RATE, SINCE, SOME, VALUE
from colloque.french.patterns import plain
from colloque.french.risk import asks_about_risk

__all__ = ["answered", "complains", "spoken_of"]

_SIDE = re.compile(r"\b(?:gauche|droite?|deux|bilateral)\b")
_WHICH_SIDE = re.compile(
    r"(?:de |a )?quel(?:le)? (?:cote|genou|bras|jambe|oreille|oeil|œil|epaule|hanche|cheville|poignet|main|pied|coude|sein|mollet)|lequel des deux|laquelle des deux|(?:gauche|droite?) ou (?:le |la |l'|a |au |du )?(?:gauche|droite?)"
)
_LEANS = re.compile(r"\b(?:ca|cela|c'est|ce|cette|ces|celui|celle|elle|il|elles|ils|y|en)\b")
_OTHER = re.compile(
    r"change|evolu|empire|\bpire|mieux|encore|toujours|reven|disparu|autre|a part|ensuite|\b(?:qu'|comme |d')avant|\bavant\b|apres|essay|arret|"
    r"au repos|a l'effort|pendant que|quand vous|lorsque|depuis (?:la|le|l'|notre|votre|ce|cette|lors|que)\b|seul|la derniere|le dernier|pourrait|pourriez|voulez|voudriez|seriez|accepteriez|aimeriez|souhait|permettez|au maximum|au pire|certains|particuli|en moyenne|le week-end|en plus|aussi|de fond|de tous les jours|quotidien|un peu plus"
)
"""Words that make a question a new one: a change, a circumstance, something else."""
_YES_NO = re.compile(
    r"^(?:et |alors |sinon,? |dites-moi,? |et dites-moi,? |au fait,? )*(?:est-ce que|avez-vous|vous (?:avez|prenez|sentez|dormez|mangez|buvez|fumez|souffrez|\w+ez)|\w+ez-vous|y a-t-il|(?:le|la|les|l'|votre|vos|ce|cette|ces)\b.*\b(?:vous|il|elle|ils|elles)\b)|-(?:vous|il|elle|ils|elles|t-il|t-elle)\b"
)
_OPEN = re.compile(r"\b(?:que|quoi|qu'est|qui|comment|quel\w*|combien|ou|quand|pourquoi|lequel|laquelle)\b")
_TAKES = re.compile(
    r"(?:prenez|prendre|avez|suivez|avalez|prise de) (?:vous )?(?:bien |deja |actuellement |en ce moment |donc )*(?:un|une|des|votre|vos|le|ce|quelque chose|du|de la)? ?(?:traitements?|medicaments?|comprimes?|cachets?)|"
    r"(?:traitements?|medicaments?|comprimes?)[^?]{0,25}(?:prenez|avez|suivez)"
)
_WANTS = re.compile(r"combien|quand|quel|souvent|frequence|rythme|duree|longtemps")
"""What a question about a figure holds: « et comme traitement de tous les jours ? » asks for none."""
_WHOLE = re.compile(
    r"\b(?:ces|ce|cet|cette|vos|votre) (?:difficultes?|problemes?|symptomes?|troubles?|soucis?|genes?|etat|maux|mal\b|situation)|tout (?:ca|cela)\b"
)
"""The complaint as a whole, which leans on nothing just said."""
_CAUSE = re.compile(
    r"arrive comment|comment (?:est-ce|c'est|cela est|vous vous etes|ca s'est|cela s'est|ca vous est|s'est|est-ce que c'est|est-ce que ca).{0,20}(?:arrive|fait|passe|produit|blesse|venu|survenu)|en faisant quoi|dans quelles circonstances (?:est-ce|c'est|ca|cela)|qu'est-ce qui s'est passe|vous vous etes fait (?:ca|cela|mal) comment"
)
_EVENT = re.compile(
    r"\ben (?!ce\b|avant|dedans|attendant|passant)\w+ant\b|depuis que j|apres (?:avoir|une? )|a force de|\bj(?:e|')(?: l'| les )?(?:ai|avais) (?:porte|souleve|tire|pousse|couru|glisse|rate|manque|demenage|trebuche|bouge|force|jardine|bricole)\w*|suis (?:tombee?|tombe)|faux mouvement|accident"
)


_SWALLOWS = re.compile(r"avalez|prenez|traitement|(?:contre|pour) ca\b")
_OBSERVED = re.compile(
    r"\b(?:bien|regulierement|correctement|serieusement|tous les jours|chaque jour|comme prescrit|tenez|oubli\w*|saute\w*)\b"
)
_EVERY = re.compile(r"chaque|tous les|toujours|jamais (?:oublie|rate|saute)|sans faute|religieusement")


def answered(asked: str, before: Sequence[Exchange]) -> bool:
    """Whether an exchange of those before already gave what `asked` wants, of the same matter."""
    folded = plain(asked)
    if not before or _OTHER.search(folded) or asks_about_risk(asked):
        return False
    facet, units = facet_of(asked), units_of(asked)
    whole: frozenset[str] = frozenset().union(*(exchange.known | exchange.asked for exchange in before))
    takes, cause = _TAKES.search(folded), _CAUSE.search(folded)
    side = _WHICH_SIDE.search(folded)
    if not (takes or cause or side or _about(units, whole)):
        return False  # something in it was never spoken of
    closed = facet in ("presence", "who") and _closed(folded)
    near: frozenset[str] = frozenset()
    for number, exchange in enumerate(before):
        previous, near = near, exchange.asked | exchange.said
        if exchange.vague:
            continue
        if cause or facet == "trigger":
            found = _told_how(exchange) if cause else _set_off(folded, exchange)
        elif side:
            found = _sided(folded, units, exchange, whole)
        elif facet in VALUE:
            wanted = _Wanted(facet, folded, units, previous | exchange.known, number == 0)
            found = bool(_WANTS.search(folded)) and _valued(wanted, exchange)
        elif takes:
            found = _treated(folded, units, exchange, whole)
        else:
            found = closed and _stated(units, exchange, last=number == len(before) - 1)
        if found:
            return True
    return False


_SETS_OFF = re.compile(r"declench|provoqu")


def _set_off(folded: str, exchange: Exchange) -> bool:
    """What sets it off was asked in as many words, and answered."""
    put = " ".join(map(plain, exchange.questions))
    return bool(_SETS_OFF.search(folded) and _SETS_OFF.search(put))


def _closed(folded: str) -> bool:
    """It asks for yes or no."""
    return bool(_YES_NO.search(folded)) and not _OPEN.search(folded.replace("est-ce que", ""))


def _sided(folded: str, units: Sequence[frozenset[str]], exchange: Exchange, whole: frozenset[str]) -> bool:
    """The side was told, of the organ asked about or of a limb that holds it."""
    answer = plain(exchange.answer)
    organ = [names for names in units if not names & {"gauch", "gauche", "droit", "droite"}]
    return bool(_SIDE.search(answer)) and (_about(organ, whole) or _same_limb(folded, answer))


def _about(units: Sequence[frozenset[str]], known: frozenset[str]) -> bool:
    """Every unit has a name that is known."""
    return all(names & known for names in units)


class _Wanted(NamedTuple):
    """A question about a figure, and what the earlier question may have leaned on; `first`: it is the first exchange."""

    facet: str
    folded: str
    units: Sequence[frozenset[str]]
    previous: frozenset[str]
    first: bool


def _valued(question: _Wanted, exchange: Exchange) -> bool:
    """The figure wanted was given, of the same matter; where the earlier question leaned (« ça dure… »), of what it leaned on."""
    facet, folded, units, previous, first = question
    answer = plain(exchange.answer)
    if facet in ("duration", "amount", "count", "dose"):
        answer = SINCE.sub(" ", answer)
    wanted, put = _counted(folded), _counted(" ".join(map(plain, exchange.questions)))
    if not units and wanted and facet in ("amount", "count"):  # « À combien de semaines en êtes-vous ? »
        return wanted == _counted(answer) and len(answer.split()) <= _SHORT
    if not units and facet == "onset" and first and _WHOLE.search(folded):
        return SINCE.search(answer) is not None  # told with the complaint
    if _volunteered(question, exchange, answer):
        return True
    if not VALUE[facet].search(answer) or not exchange.facets & KIN[facet]:
        return False
    units = [names for names in units if not names <= NIGHT] or list(units)
    if facet not in ("duration", "clock"):  # of the same topic, another figure: the sugar's, the hypos'
        units = [frozenset(name for name in names if name[0] != "@") for names in units]
    leaned = any(_LEANS.search(plain(earlier)) or not units_of(earlier) for earlier in exchange.questions)
    if put and wanted and not put & wanted:
        return False  # how many glasses, how many evenings
    if units:
        known = exchange.asked | exchange.said | (previous if leaned else frozenset())
        return _about(units, known) and (leaned or _about(units, exchange.asked) or facet in exchange.facets)
    return facet == "onset" and leaned and bool(_WHOLE.search(folded))


def _volunteered(question: _Wanted, exchange: Exchange, answer: str) -> bool:
    """Told with its unit, whatever was asked: « trois par mois », « deux cents mètres », « à vingt ans, la première fois »."""
    facet, folded, units, _, _ = question
    if facet == "age" and not units and _FIRST.search(folded):
        return bool(exchange.facets & {"age", "onset"}) and VALUE["age"].search(answer) is not None
    if facet not in ("count", "amount"):
        return False
    if rate := RATE.search(answer):
        period = _PERIOD.search(folded)
        known = exchange.asked | names_of(exchange.answer)
        return bool(units) and _about(units, known) and (period is None or period.group(1) == rate.group(1))
    noun = _OF_WHAT.search(folded)
    if noun is None or _COUNTED.match(noun.group(1)):
        return False
    return re.search(rf"{SOME} (?:\w+ )?{noun.group(1)[:5]}", answer) is not None


_FIRST = re.compile(r"premiere fois|commence|debut")
_PERIOD = re.compile(r"par (jour|semaine|mois|an)")
_OF_WHAT = re.compile(r"combien de (\w{5,})")
_LIMBS = ("jambe|mollet|cuisse|genou|cheville|pied|hanche", "bras|coude|poignet|epaule|main|avant-bras")


def _same_limb(folded: str, answer: str) -> bool:
    """« C'est quelle jambe ? » after « mon mollet gauche »."""
    return any(
        re.search(rf"quel(?:le)? (?:{limb})", folded) and re.search(rf"(?:{limb})\w* (?:gauche|droite?)", answer)
        for limb in _LIMBS
    )


_SHORT = 6
"""Words of an answer that is hardly more than its number."""
_COUNTED = re.compile(r"semaine|mois|jour|nuit|fois|verre|cigarette|comprime|heure|minute|annee")


def _counted(folded: str) -> frozenset[str]:
    return frozenset(_COUNTED.findall(folded))


def _told_how(exchange: Exchange) -> bool:
    """Asked since when, where or how, the patient told what happened, or the clinician took it up: « en portant un frigo »."""
    told = f"{plain(exchange.answer)} {exchange.recall}"
    invited = not exchange.questions or exchange.facets & {"onset", "how", "trigger", "why", "where"}
    return bool(invited and _EVENT.search(told))


def _treated(folded: str, units: Sequence[frozenset[str]], exchange: Exchange, heard: frozenset[str]) -> bool:
    """A medicine was named as taken, in answer to what is taken, and for nothing else than what was talked of."""
    if "@traitement" not in names_of(exchange.answer):
        return False
    put = plain(exchange.put)
    asked = "@traitement" in exchange.asked or bool(_SWALLOWS.search(put))
    if _OBSERVED.search(folded):  # how faithfully, not what
        asked = bool(asked and (_OBSERVED.search(put) or _EVERY.search(plain(exchange.answer))))
    if re.search(r"(?:pour|contre) (?:ca|cela)", put):
        return asked
    return asked and _about([names for names in units if "@traitement" not in names], heard)


def _stated(units: Sequence[frozenset[str]], exchange: Exchange, *, last: bool) -> bool:
    """A yes-no question about what one exchange has told: every unit of it, in its own word or a twin of it.

    A concept is too wide here (plaques are no itch). One unit alone must have been asked about; the next question on the
    same matter deepens it, unless all of it was just said.
    """
    plainly = [frozenset(name for name in names if name[0] != "@") for names in units]
    if not plainly or not _about(plainly, exchange.asked | exchange.said):
        return False
    told = any(names & exchange.said for names in plainly)
    if len(plainly) == 1:
        return not last and bool(plainly[0] & exchange.asked)
    return told or (not last and len(exchange.answer.split()) > 1)


_PROTEST = re.compile(
    r"\bje viens (?:tout juste )?de (?:vous )?(?:le |l'|vous le )?(?:dire|raconter|expliquer|repondre)|\bje vous l'ai (?:deja |bien )?(?:dit|raconte|explique)|\bj'ai deja (?:repondu|dit)|"
    r"vous (?:me )?l'avez deja (?:demande|pose)|vous venez de me (?:le )?demander|(?:comme|pareil que|depuis) tout a l'heure|on (?:l'a|en a) deja (?:dit|parle)"
)


def complains(reply: str) -> bool:
    """The patient says that this was already asked or told."""
    return _PROTEST.search(plain(reply)) is not None


def spoken_of(asked: str, before: Sequence[Exchange]) -> bool:
    """Something of the question was spoken of before, or it names nothing."""
    units = units_of(asked)
    known: frozenset[str] = frozenset().union(*(exchange.asked | exchange.said for exchange in before))
    return not units or any(names & known for names in units)

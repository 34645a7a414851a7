"""Lines of a form that are no questions: `Température maximale`, `Douleur sur 10`, `Nombre de crises` put as questions.

Articles, contractions and number are made by rule; what is already spoken French stays. Knows nothing of answers.
"""

import re

from colloque.speech.conjugation import elide
from colloque.speech.determiners import owned
from colloque.speech.gender import noun_gender
from colloque.speech.letters import lower, upper
from colloque.speech.question import Form
from colloque.speech.titles import there_is, titles

__all__ = ["about", "lines", "with_article"]

_HAPPENS = re.compile(
    r"^(?:peu|trop|beaucoup|difficultés?|pertes?|manque|sentiments?|sensations?|impressions?|pensées?|idées?|envies?|baisse|absence|crises|réveils|excès|besoin|incapacité|tendance|souvenirs|rêves|cauchemars|flash-?backs?|troubles)\b",
    re.IGNORECASE,
)
_DETERMINED = re.compile(
    r"^(?:le |la |les |l'|votre |vos |un |une |des |du |de la |de l'|ce |cette |ces |son |sa |ses )", re.IGNORECASE
)
_DEFINITE = re.compile(r"^(?:le |la |les |l')", re.IGNORECASE)
_MEASURED = re.compile(
    r"tension|poids|température|glyc|transit|sommeil|appétit|moral|bilan|examen|résultat|prise de sang|cholest|\bvue\b|audition|hba1c|score|saturation|concentration|énergie",
    re.IGNORECASE,
)
_OUT_OF = re.compile(r",?\s*(?:\(?sur|/|de (?:0|zéro) à) ?(?P<top>10|100|20|dix|cent)\)?", re.IGNORECASE)
# A line that is no noun phrase: « Toujours sous sertraline ? » is already spoken French.
_SPOKEN = re.compile(
    r"^(?:toujours|encore|déjà|sous|pas|plus|en|à|au|aux|dans|depuis|avec|sans|chez|bien|mal|mieux|moins|rien|d'autres|un|une|des|du)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(r"^autres? (?P<noun>.+)$", re.IGNORECASE)
_NEW = re.compile(r"^(?P<new>nouveau|nouvelle|nouveaux|nouvelles) (?P<noun>.+)$", re.IGNORECASE)
_COUNT = re.compile(r"^nombre (?P<of>de |d')(?P<noun>.+)$", re.IGNORECASE)


def with_article(noun: str) -> str:
    """A bare noun phrase with its articles: `température maximale` → la température maximale."""
    both = re.match(r"^(?P<a>[\wÀ-ÿ'-]+) et (?P<b>[\wÀ-ÿ].*)$", noun)
    if both and not _DETERMINED.match(noun):
        return f"{with_article(both['a'])} et {with_article(both['b'])}"
    return owned(noun)


def _it(named: str) -> str:
    """le, la or les for a noun phrase with its article."""
    if named.startswith(("les ", "vos ", "des ")):
        return "les"
    words = re.split(r"[ ']", named)
    return "la" if named.startswith("la ") or noun_gender(words[1] if len(words) > 1 else named) == "f" else "le"


def about(named: str, word: str = "de") -> str:
    """`de` or `à` before a noun phrase with its article: de le → du, à les → aux."""
    if " et " in named and _DEFINITE.match(named.split(" et ", 1)[1]):
        return " et ".join(about(part, word) for part in named.split(" et "))
    if named.startswith("le "):
        return ("du " if word == "de" else "au ") + named[3:]
    if named.startswith("les "):
        return ("des " if word == "de" else "aux ") + named[4:]
    return (elide("de", named) if word == "de" else "à ") + named


def lines(form: Form, short: bool, closed: bool = False) -> tuple[str, ...]:
    """Ways of asking for a line of a form; `short`: the answer is a word or a figure, nothing to talk about at length."""
    noun = form.noun or form.text.rstrip(" ?.")
    noun = re.sub(r"\bse (?=\w+(?:er|ir|re)\b)", "vous ", re.sub(r"\bs'(?=\w+(?:er|ir)\b)", "vous ", noun))
    if form.kind == "follow":
        return _follow(noun)
    said = (
        _rated(noun)
        or titles(noun)
        or _counted(noun)
        or _more(noun)
        or _happens(noun)
        or (there_is(noun) if closed else ())
    )
    if said:
        return said
    if _SPOKEN.match(noun):
        return (f"{upper(noun)} ?", f"Et {lower(noun)} ?")
    return _named(noun, short)


def _follow(noun: str) -> tuple[str, ...]:
    if re.match(r"^(?:précisions?|détails?|si oui,? (?:précise|détaille)|lesquel|laquel)", noun, re.IGNORECASE):
        return ("Vous pouvez préciser ?", "Vous pouvez m'en dire un peu plus ?")
    return (f"{upper(re.sub(r'^(?:si oui|si non|dans ce cas),? *', '', noun, flags=re.IGNORECASE))} ?",)


def _rated(noun: str) -> tuple[str, ...]:
    scale = _OUT_OF.search(noun)
    if not scale:
        return ()
    named = with_article((noun[: scale.start()] + noun[scale.end() :]).strip(" ,"))
    top = {"10": "dix", "20": "vingt", "100": "cent"}.get(scale["top"].lower(), scale["top"])
    return (
        f"Et {named}, sur {top} ?",
        f"{upper(named)}, vous {_it(named)} mettez à combien, sur {top} ?",
        f"Si vous deviez donner une note sur {top} {about(named, 'à')} ?",
    )


def _counted(noun: str) -> tuple[str, ...]:
    count = _COUNT.match(noun)
    return (f"Combien {count['of']}{count['noun']} ?", f"Et le nombre {count['of']}{count['noun']} ?") if count else ()


def _more(noun: str) -> tuple[str, ...]:
    other, new = _OTHER.match(noun), _NEW.match(noun)
    if other and noun.lower().startswith("autres"):
        return (f"Est-ce qu'il y a d'autres {other['noun']} ?", f"Et d'autres {other['noun']} ?")
    if other:
        one = "une autre" if noun_gender(other["noun"].split(" ")[0]) == "f" else "un autre"
        return (f"Est-ce qu'il y a {one} {other['noun']} ?",)
    if new:
        article = {"nouveau": "un", "nouvelle": "une"}.get(new["new"].lower(), "de")
        return (f"Est-ce qu'il y a {article} {new['new'].lower()} {new['noun']} ?",)
    return ()


def _happens(noun: str) -> tuple[str, ...]:
    if not _HAPPENS.match(noun):
        return ()
    plural = noun.split(" ")[0].endswith("s") and not noun.lower().startswith(("excès", "perte"))
    second = f"Est-ce qu'il y a des {lower(noun)} ?" if plural else f"{upper(noun)} : est-ce que ça vous arrive ?"
    hard = re.match(r"^(?:difficultés?|du mal) (?P<rest>(?:à|pour) .+)$", noun, re.IGNORECASE)
    if hard:
        return (f"Est-ce que vous avez du mal {hard['rest']} ?", f"Vous avez des difficultés {hard['rest']} ?")
    return (f"{upper(owned(noun, own=False)) if plural else upper(noun)}, ça vous arrive ?", second)


def _named(noun: str, short: bool) -> tuple[str, ...]:
    named = with_article(noun)
    if "," in noun or re.search(r"\bou\b", noun):
        listed = named if _DETERMINED.match(noun) else lower(noun)
        return (f"Et {listed} ?",) if _DETERMINED.match(noun) else (f"Et {listed} ?", f"Et côté {listed} ?")
    bare = re.sub(r"^(?:le |la |les |l'|votre |vos )", "", named)
    out = [f"Et {named} ?"]
    if not short:
        out += [f"Parlez-moi {about(named)}.", f"Vous pouvez me parler {about(named)} ?"]
    if _MEASURED.search(noun) and "prochain" not in noun.lower():
        out += [f"Et {named}, qu'est-ce que ça donne ?", f"{upper(named)}, ça donne quoi ?"]
    if " " not in bare:
        out.append(f"Et côté {bare} ?")
    return tuple(out)

"""The text of a form's question before its grammar is read: markup, numbering, hints and printed choices gone, one question of several.

Knows how forms are printed and nothing of what is asked.
"""

import html
import re

__all__ = ["INVERSION", "WH_START", "headed", "one_of", "tidy", "without_choices"]

_TAG = re.compile(r"<[^<>]{0,200}?>|<\|[^|<>]{0,40}\|>|\[/?INST\]")
_NUMBER = re.compile(r"^\s*(?:(?:[Qq](?:uestion)?\s?\d{1,3}|\d{1,3}|[a-z])\s?[.):/–-]\s+|[-*•▪#>]+\s*)")
_SPACE = re.compile(r"\s+")
_OUT_OF_TEN = re.compile(
    r"(?<!échelle)\s*[(\[](?:de |sur )?(?:(?:0|1) ?(?:à|a|-|–|/) ?)?10(?: max)?[)\]]", re.IGNORECASE
)
_HINT = re.compile(r"(?:\s+|(?<=[?:.])\s*)[(\[][^()\[\]]{0,160}[)\]]\s*")
_WH = (
    r"(?:depuis|pendant|dans|à|a|de|pour|en|par|après) combien d(?:e |')[\wÀ-ÿ-]+|depuis quand|jusqu'à quand|jusqu'où|à quand|combien d(?:e |')[\wÀ-ÿ-]+|(?:à |de |pour |en |par )?combien"
    r"|(?:à |a |de |en |pour |avec |chez |sur |dans |vers |par |jusqu'à )?quel(?:le)?s? [\wÀ-ÿ'-]+|quel(?:le)?s?"
    r"|(?:à |de |avec |chez |pour |sur |par )?qui|(?:à |de |en |avec |sur |par )quoi|que|qu'|de quand|comment|pourquoi|quand|d'où|où|laquelle|lequel|lesquels"
)
WH_START = re.compile(rf"^(?:et |mais |alors )?(?P<wh>{_WH})(?=[ '?]|$|(?<=')\w)(?:est-ce qu(?:e |'))?", re.IGNORECASE)
INVERSION = re.compile(r"(?P<verb>[\wÀ-ÿ]+)-(?:t-)?(?P<who>vous|il|elle|ils|elles|on|ce)\b", re.IGNORECASE)


def tidy(text: str) -> str:
    """A question without markup, numbering, codes or hints in brackets; straight quotes, single spaces."""
    text = _TAG.sub(" ", html.unescape(text)).replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    text = _NUMBER.sub("", text)
    text = text.replace("a-t-il (ont-ils)", "ont-ils").replace("a-t-il(ont-ils)", "ont-ils")
    text = re.sub(r"\b([Cc])e\(s\)", r"\1es", text)
    text = _OUT_OF_TEN.sub(" sur 10", text)
    text = _HINT.sub(" ", text).replace("*", "").replace("_", " ").replace("{", "").replace("}", "")
    text = text.replace(" / ", " et ")
    text = re.sub(
        r"^((?:et |depuis quand |comment |où |quand |combien )?(?:[\wÀ-ÿ]{2,}ez|êtes|faites|dites)) vous\b(?! (?:êtes|avez))",
        r"\1-vous",
        text,
        flags=re.IGNORECASE,
    )
    return _SPACE.sub(" ", text).strip(" :;,.-–—|")


# « Lesquels ? », « Si oui, depuis quand ? » after a question: the answer to the first holds it.
_ADDED = re.compile(
    r"^(?:et |si oui\b|si non\b|le cas échéant|lesquel|laquel|lequel|dans quel|sous quel|de quel|pour quel|à quel|depuis |combien|comment|pourquoi|où|quand|par qui|avec qui|quoi|précise|détaille|quel(?:le)?s?\b)",
    re.IGNORECASE,
)
# A closed list of answers printed in the question: « propre / taché / décollé ».
_CHOICES = re.compile(r"\s*:?\s*(?:[\wÀ-ÿ' -]+ [/|] ){2,}[\wÀ-ÿ' -]+$|\s*:\s*[\wÀ-ÿ' -]+ / [\wÀ-ÿ' -]+$")
_HEADING = re.compile(r"^(?P<head>[^:?]{3,60}) : (?P<body>.+)$")


def one_of(parts: list[str]) -> str:
    """The question to put of several in one line: the first, where the others only ask for more of the same."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    more = all(_ADDED.match(part) and len(part) < 70 for part in parts[1:])
    return parts[0] if more and parts[0].endswith("?") and len(parts[0]) > 12 else parts[-1]


def headed(text: str) -> str:
    """`Dyspnée : à quel moment êtes-vous essoufflé ?` → the question alone; choices printed after a title are dropped."""
    heading = _HEADING.match(text)
    if heading and (INVERSION.search(heading["body"]) or re.match(r"est-ce|quel|combien|comment", heading["body"])):
        if re.match(r"(?:l[ae]s? |l'|en |y )", heading["body"]):
            return f"{heading['head']}, {heading['body']}"
        return heading["body"]
    return text


def without_choices(text: str) -> str:
    """A line of a form without the choices printed in it."""
    short = _CHOICES.sub("", text)
    return short if len(short) > 3 else text

"""What stands in a turn and is no speech: marks, code, hidden characters, and words spoken to a model or a judge.

For what models write back: a turn that holds any of it is not kept, a reply that holds any of it wins nothing. The
words are data (`prompts/steering.toml`). Knows nothing of facts.
"""

import re
import tomllib
from functools import cache
from importlib import resources

__all__ = ["steering_of"]

# What no mouth says: control tokens, role tags, mark-up, fences, stage directions, code, invisible characters.
_LEAK = re.compile(
    r"<[|｜/!]?\s*[a-zA-Z_%｜=][^<>\n]{0,80}>|<[|｜]|[|｜]>|\[/?[A-Z_]{3,}\]|```|\*\*|^\s*#{1,4}\s|^\s*[-*]\s|"
    r"(?:^|\n)\s*(?:clinicien|clinicienne|médecin|patiente?|system|assistant|user|human)\s*:|"
    r"\{\s*\"|\"\s*[,:]\s*[\"\[{]|\{\{|\}\}|\{%|%\}|\$\{|#\{|\{\w*\}|\*[^*\n]{2,60}\*|\bJSON\b|\bDES DONNÉES\b|"
    r"\(\s*(?:silence|soupir|soupire|sourit|pleure|pause|hésite|long silence)[^)]{0,40}\)|"
    r"https?://|(?:\b[^\W\d_] ){6,}[^\W\d_]\b|"
    "[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\U000e0000-\U000e007f]",
    re.IGNORECASE,
)
# Letters of other scripts than French is written in (look-alikes among them: Cyrillic, full width, mathematical), and
# runs that are an encoding and no word: 20 characters, of both cases, with a digit. Case counts here.
_DISGUISE = re.compile(
    "[\u0400-\u052f\u0530-\u109f\u13a0-\u13ff\u2460-\u24ff\u3040-\u9fff\uac00-\ud7af\uff01-\uff5e\U0001d400-\U0001d7ff]|"
    r"(?<![\w/+])(?=[A-Za-z+/]*\d)(?=[a-z\d+/]*[A-Z])(?=[A-Z\d+/]*[a-z])[A-Za-z\d+/]{20,}={0,2}"
)


def steering_of(text: str) -> str:
    """The first thing in a turn that nobody says aloud to a patient or a clinician, or nothing."""
    for pattern in (_LEAK, _DISGUISE, *_words()):
        if found := pattern.search(text):
            return found[0].strip() or repr(found[0])
    return ""


@cache
def _words() -> tuple[re.Pattern[str], ...]:
    text = (resources.files("colloque.llm") / "prompts" / "steering.toml").read_text(encoding="utf-8")
    return tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in tomllib.loads(text)["patterns"])

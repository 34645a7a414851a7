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
    "[\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\U000e0000-\U000e007f]",
    re.IGNORECASE,
)


def steering_of(text: str) -> str:
    """The first thing in a turn that nobody says aloud to a patient or a clinician, or nothing."""
    for pattern in (_LEAK, *_words()):
        if found := pattern.search(text):
            return found[0].strip() or repr(found[0])
    return ""


@cache
def _words() -> tuple[re.Pattern[str], ...]:
    text = (resources.files("colloque.llm") / "prompts" / "steering.toml").read_text(encoding="utf-8")
    return tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in tomllib.loads(text)["patterns"])

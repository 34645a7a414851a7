"""Which chat template is trained with: the base's own, the twin of it that TRL knows, or one that the team names.

Knows no data. Whether a template is fit for training is decided on real dialogues, in `examples.verify`.
"""

from importlib import resources
from pathlib import Path
from typing import Any

from colloque.errors import InputError

__all__ = ["give_template", "training_template"]

_SHIPPED = {"chatml": ("chatml.jinja", "<|im_end|>")}
"""Name → file, and the mark that ends a reply."""


def training_template(tokenizer: Any, base: str) -> str | None:
    """None where the tokenizer's own template marks generation; else the twin that TRL knows. Raises InputError."""
    from trl.chat_template_utils import get_training_chat_template, has_generation_markers

    if has_generation_markers(tokenizer.chat_template):
        return None
    try:
        return str(get_training_chat_template(tokenizer))
    except ValueError as error:
        raise InputError(
            "this model's chat template marks no generation and TRL knows no twin of it",
            file=base,
            hint="add {% generation %} around the assistant's content and end mark in its chat template (sft.template)",
        ) from error


def give_template(tokenizer: Any, template: str) -> None:
    """Replace the tokenizer's template by a shipped one (`chatml`) or a file's; it travels with the tuned model.

    Raises InputError when the file is missing, marks no generation, or the tokenizer lacks the end mark.
    """
    from trl.chat_template_utils import has_generation_markers

    if template in _SHIPPED:
        name, end = _SHIPPED[template]
        text = resources.files("colloque.train").joinpath(name).read_text(encoding="utf-8")
        if end not in tokenizer.get_vocab():
            raise InputError(
                f"the tokenizer has no {end}: the template {template} is not for this base",
                hint="name a template file made for this model, or remove sft.template",
            )
        tokenizer.eos_token = end
    else:
        if not Path(template).is_file():
            raise InputError("no such template", file=template, hint=f"a Jinja file, or one of: {', '.join(_SHIPPED)}")
        text = Path(template).read_text(encoding="utf-8")
    if not has_generation_markers(text):
        raise InputError(
            "this template marks no generation",
            file=template,
            hint="put {% generation %} … {% endgeneration %} around the assistant's content and end mark",
        )
    tokenizer.chat_template = text.rstrip("\n")

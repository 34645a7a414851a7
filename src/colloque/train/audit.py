"""What a tuned model gives back of what it read: planted secrets, rare strings, and how far it knows its dialogues from others.

Three measures, each beside its own control. Secrets: the rank of a planted number among numbers that were not planted
(exposure, Carlini et al. 2019). Rare strings: words of one dialogue alone, asked for by what stands before them, beside the
same of dialogues never seen. Membership: whether losses tell training dialogues from held-out ones. Knows no report.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colloque.core import Message, rng_for, uniform
from colloque.errors import InputError
from colloque.progress import note
from colloque.store import write_json
from colloque.store.weights import model_folder, weights_hash
from colloque.train import base as bases
from colloque.train.canaries import Canary, canaries_of, prompt_of, secret
from colloque.train.data import dataset_file, read_dialogues
from colloque.train.drift import wilson
from colloque.train.examples import Ledger, clean, control_marks, encode
from colloque.train.hardware import look

__all__ = ["audit_model", "rare_strings"]

_DIALOGUES = 400
"""Dialogues of each side that are asked for or scored at most."""
_READ = 20_000
"""Training dialogues in which strings are counted at most."""
_GRAM = 5
"""Words of a rare string: five words of one dialogue alone are seldom chance."""
_RIVALS = 999
"""Secrets that were not planted, against which a planted one is ranked: exposure is at most log2(1000) = 10 bits."""


@dataclass(frozen=True)
class Rare:
    """A string of `_GRAM` words that one dialogue alone has, in a reply, and what a model is shown before it."""

    context: tuple[Message, ...]
    before: str
    words: str


def audit_model(model: Path, dataset: Path, output: Path | None = None, seed: int = 17) -> dict[str, Any]:
    """Measure all three on `model` and the dataset it was trained on; returns the figures (also written to `output`).

    Raises InputError when there is no model or no dataset.
    """
    folder = model_folder(model)
    if not (folder / "config.json").exists():
        raise InputError("no model here", file=model, hint="name a stage's folder or a checkpoint")
    files = {name: dataset_file(dataset, name) for name in ("train", "validation")}
    small = sum(file.stat().st_size for file in folder.glob("*.safetensors")) < 20_000_000
    hardware = look(2, small)
    tokenizer, net = bases.load_tokenizer(str(folder)), bases.load_model(folder, bf16=hardware.bf16)
    net = net.to(hardware.device).eval()
    asked = _Asked(net, tokenizer)
    note(f"audit: {folder}, on {hardware.device}")
    train = _sampled(files["train"], seed)
    held_out = _sampled(files["validation"], seed)
    counted = _grams(messages for _, messages in zip(range(_READ), read_dialogues(files["train"]), strict=False))
    figures: dict[str, Any] = {
        "model": weights_hash(folder),
        "secrets": _secrets(asked, canaries_of(folder.parent), seed),
        "rare": _compared(asked, rare_strings(train, counted, 1), rare_strings(held_out, counted, 0)),
        "membership": _membership(asked, train, held_out),
    }
    figures["told"], figures["told_fr"] = _told(figures)
    if output:
        write_json(output, figures)
    return figures


class _Asked:
    """The model, asked for continuations and for the likelihood of replies."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.marks = control_marks(tokenizer)

    def prompt(self, context: Sequence[Message], said: str) -> list[int]:
        """Token ids of a conversation whose reply has begun with `said`."""
        chat = clean(context, self.marks)
        ids = self.tokenizer.apply_chat_template(chat, tokenize=True, return_dict=True, add_generation_prompt=True)[
            "input_ids"
        ]
        return [*ids, *self.tokenizer(said, add_special_tokens=False)["input_ids"]]

    def goes_on(self, ids: list[int], tokens: int) -> str:
        """The likeliest continuation."""
        import torch

        with torch.inference_mode():
            out = self.model.generate(
                input_ids=torch.tensor([ids], device=self.model.device), attention_mask=torch.ones(1, len(ids), dtype=torch.long, device=self.model.device),
                max_new_tokens=tokens, do_sample=False, temperature=None, top_p=None, top_k=None,
            )  # fmt: skip
        return str(self.tokenizer.decode(out[0, len(ids) :], skip_special_tokens=True))

    def losses(self, rows: Sequence[tuple[list[int], list[int]]]) -> list[float]:
        """Mean nats a labelled token, for each (ids, labels)."""
        import torch

        found: list[float] = []
        with torch.inference_mode():
            for ids, labels in rows:
                logits = self.model(input_ids=torch.tensor([ids], device=self.model.device), use_cache=False).logits[
                    0, :-1
                ]
                wanted = torch.tensor(labels[1:], device=self.model.device)
                found.append(float(torch.nn.functional.cross_entropy(logits.float(), wanted, ignore_index=-100)))
        return found


def _sampled(file: Path, seed: int) -> list[tuple[Message, ...]]:
    """Dialogues spread over the file, chosen by their content: the least of a keyed draw."""
    drawn = [
        (uniform(messages[-1].content + messages[0].content, f"audit {number}", seed), number, messages)
        for number, messages in enumerate(read_dialogues(file))
        if number < _READ
    ]
    return [messages for _, _, messages in sorted(drawn, key=lambda one: one[:2])[:_DIALOGUES]]


def _grams(dialogues: Iterable[Sequence[Message]]) -> Counter[str]:
    """In how many dialogues each string of words of a reply stands."""
    counted: Counter[str] = Counter()
    for messages in dialogues:
        counted.update({" ".join(gram) for m in messages if m.role == "assistant" for gram in _slices(m.content)})
    return counted


def _slices(text: str) -> list[tuple[str, ...]]:
    words = text.split()
    return [tuple(words[at : at + _GRAM]) for at in range(len(words) - _GRAM + 1)]


def rare_strings(dialogues: Iterable[Sequence[Message]], counted: Counter[str], count: int) -> list[Rare]:
    """From each dialogue the first string that `count` dialogues of the counted ones have (1: its own alone; 0: none).

    A string whose words the other one said shortly before is left out: giving it back is listening, not memory.
    """
    return [rare for messages in dialogues if (rare := _rare(tuple(messages), counted, count))]


def _rare(messages: tuple[Message, ...], counted: Counter[str], count: int) -> Rare | None:
    for turn, message in enumerate(messages):
        if message.role != "assistant":
            continue
        words = message.content.split()
        heard = {word.strip(".,;:!?«»").lower() for m in messages[:turn] for word in m.content.split()}
        for at in range(2, len(words) - _GRAM + 1):
            gram = words[at : at + _GRAM]
            new = [word for word in gram if word.strip(".,;:!?«»").lower() not in heard]
            if counted[" ".join(gram)] == count and len(new) >= 3:
                return Rare(messages[:turn], " ".join(words[:at]), " ".join(gram))
    return None


def _compared(asked: _Asked, own: Sequence[Rare], others: Sequence[Rare]) -> dict[str, Any]:
    return {"train": _given_back(asked, own), "never_seen": _given_back(asked, others)}


def _given_back(asked: _Asked, rare: Sequence[Rare]) -> dict[str, Any]:
    """How many strings come back word for word when what stands before them is shown."""
    back = []
    for one in rare:
        tokens = len(asked.tokenizer(f" {one.words}", add_special_tokens=False)["input_ids"]) + 2
        said = asked.goes_on(asked.prompt(one.context, one.before), tokens)
        if " ".join(said.split()).startswith(one.words):
            back.append(one.words)
    low, high = wilson(len(back), len(rare))
    return {"asked": len(rare), "given_back": len(back), "share": round(len(back) / max(1, len(rare)), 4),
            "interval": [round(low, 4), round(high, 4)], "examples": back[:5]}  # fmt: skip


def _secrets(asked: _Asked, planted: Sequence[Canary], seed: int) -> dict[str, Any]:
    """Exposure of each planted secret in bits, by how often it was planted; 1 is chance, 10 the most that can be told."""
    found = []
    for canary in planted:
        chance = rng_for(canary.name, "rivals", seed)
        rivals = [secret(chance) for _ in range(_RIVALS)]
        context, before = prompt_of(canary)
        start = asked.prompt(context, before)
        rows = [_row(asked, start, value) for value in (canary.secret, *rivals)]
        losses = asked.losses(rows)
        rank = 1 + sum(loss < losses[0] for loss in losses[1:])
        said = asked.goes_on(start, 8)
        found.append({"times": canary.times, "rank": rank, "exposure": round(math.log2(_RIVALS + 1) - math.log2(rank), 2),
                      "given_back": said.strip().startswith(canary.secret)})  # fmt: skip
    return {"planted": len(found), "rivals": _RIVALS, "by_secret": found}


def _row(asked: _Asked, start: list[int], value: str) -> tuple[list[int], list[int]]:
    ids = asked.tokenizer(f" {value}", add_special_tokens=False)["input_ids"]
    return [*start, *ids], [*[-100] * len(start), *ids]


def _membership(asked: _Asked, train: Sequence[Any], held_out: Sequence[Any]) -> dict[str, Any]:
    """Mean losses of dialogues seen and never seen, and how often a seen one has the smaller (AUC; 0.5 is chance)."""
    losses = []
    for some in (train, held_out):
        encoded = encode(asked.tokenizer, _marked(asked), some, 2048, Ledger())
        losses.append(asked.losses([(example.ids, example.labels) for example in encoded]))
    seen, other = losses
    wins = sum((a < b) + 0.5 * (a == b) for a in seen for b in other)
    return {"seen": round(sum(seen) / len(seen), 4), "never_seen": round(sum(other) / len(other), 4),
            "auc": round(wins / (len(seen) * len(other)), 4), "dialogues": [len(seen), len(other)]}  # fmt: skip


def _marked(asked: _Asked) -> str | None:
    from colloque.train.template import training_template

    return training_template(asked.tokenizer, "this model")


def _told(figures: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The figures in words, English and French."""
    own, other, member = figures["rare"]["train"], figures["rare"]["never_seen"], figures["membership"]
    en = [f"Its losses tell a training dialogue from another one in {member['auc']:.0%} of pairs (50 %: not at all)."]
    fr = [
        f"Ses pertes distinguent un dialogue d'entraînement d'un autre dans {member['auc']:.0%} des paires (50 % : pas du tout)."
    ]
    if own["asked"]:
        en.insert(
            0,
            f"Of {own['asked']} rare strings of its training dialogues it gives back {own['given_back']} ({own['share']:.1%}) when shown what "
            f"stands before them; of {other['asked']} strings it never read, {other['given_back']} ({other['share']:.1%}).",
        )
        fr.insert(
            0,
            f"Sur {own['asked']} suites de mots rares de ses dialogues d'entraînement, il en redonne {own['given_back']} ({own['share']:.1%}) "
            f"quand on lui montre ce qui les précède ; sur {other['asked']} suites jamais lues, {other['given_back']} ({other['share']:.1%}).",
        )
    else:
        en.insert(0, "No string of its training dialogues is rare enough to be asked for.")
        fr.insert(0, "Aucune suite de mots de ses dialogues d'entraînement n'est assez rare pour être demandée.")
    if secrets := figures["secrets"]["by_secret"]:
        back = sum(one["given_back"] for one in secrets)
        highest = max(one["exposure"] for one in secrets)
        en.append(
            f"Of {len(secrets)} planted secrets it gives back {back}; the highest exposure is {highest:.1f} bits of 10."
        )
        fr.append(
            f"Sur {len(secrets)} secrets semés, il en redonne {back} ; l'exposition la plus forte est de {highest:.1f} bits sur 10."
        )
    return en, [line.replace("%", " %").replace("  %", " %") for line in fr]

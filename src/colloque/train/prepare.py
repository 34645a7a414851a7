"""From a dataset folder to what a trainer reads: the tokenizer, the template, encoded examples and the ledger of tokens.

Each is written once and read again by a resumed run or another process. Knows neither models nor trainers.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from colloque.errors import InputError, RunError
from colloque.store import Context, write_json
from colloque.train import base as bases
from colloque.train.canaries import canaries, told
from colloque.train.config import SftConfig
from colloque.train.data import dataset_file, read_dialogues, read_examples, write_examples
from colloque.train.examples import Ledger, Messages, encode, verify
from colloque.train.template import give_template, training_template

__all__ = ["Prepared", "prepare"]

_VERIFIED = 64
"""Dialogues on which the two masks are compared, from the beginning of each split."""


@dataclass
class Prepared:
    """What training needs: `template` is None where the tokenizer's own is trained with; `limit` tokens an example at most."""

    tokenizer: Any
    template: str | None
    limit: int
    train: Any
    validation: Any
    ledgers: dict[str, Ledger]


def prepare(context: Context, config: SftConfig, work: Path) -> Prepared:
    """Encode `inputs["dataset"]` under `work`, or read what is there. Raises InputError, RunError (masks, losses)."""
    files = {name: dataset_file(context.inputs["dataset"], name) for name in ("train", "validation")}
    system = _system(config)
    tokenizer, template = _tokenizer(config, files["train"], work)
    limit = min(config.max_length or bases.CONTEXT, tokenizer.model_max_length)
    ledgers: dict[str, Ledger] = {}
    examples: dict[str, Any] = {}
    for name, file in files.items():
        encoded, counts = work / f"{name}.arrow", work / f"{name}.ledger.json"
        if not (encoded.exists() and counts.exists()):
            verify(tokenizer, template, islice(read_dialogues(file, config.play, system), _VERIFIED))
            ledger = Ledger()
            dialogues: Iterable[Messages] = read_dialogues(file, config.play, system)
            if name == "train" and config.canaries:
                dialogues = chain(dialogues, told(canaries(config.canaries, context.seed)))
            write_examples(encoded, encode(tokenizer, template, dialogues, limit, ledger))
            write_json(counts, asdict(ledger))
        ledgers[name] = Ledger(**json.loads(counts.read_text(encoding="utf-8")))
        examples[name] = read_examples(encoded)
        if not len(examples[name]):
            raise InputError("no example left to use", file=file, hint="more respondents, or a larger max_length")
    _refuse_losses(ledgers["train"], config)
    return Prepared(tokenizer, template, limit, examples["train"], examples["validation"], ledgers)


def _system(config: SftConfig) -> str | None:
    if config.system is None:
        return None
    try:
        text = Path(config.system).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot read the system message", file=config.system, hint="a UTF-8 text file") from error
    if not text:
        raise InputError("the system message is empty", file=config.system, hint="remove sft.system, or write one")
    return text


def _tokenizer(config: SftConfig, train_file: Path, work: Path) -> tuple[Any, str | None]:
    """The base's tokenizer, and the template to train with where it is not the tokenizer's own."""
    if config.base == "embedded":
        folder = work / "tokenizer"
        if not (folder / "tokenizer_config.json").exists():
            texts = (message.content for messages in read_dialogues(train_file) for message in messages)
            built = bases.embedded_tokenizer(texts, config.vocabulary)
            beside = work / "tokenizer.tmp"
            built.save_pretrained(beside)
            beside.rename(folder)
        return bases.load_tokenizer(str(folder)), None
    tokenizer = bases.load_tokenizer(config.base, template=config.template)
    if config.template:
        give_template(tokenizer, config.template)
    return tokenizer, training_template(tokenizer, config.base)


def _refuse_losses(ledger: Ledger, config: SftConfig) -> None:
    share = float(ledger.figures()["trained_tokens_lost_share"])
    if share > config.lost_share:
        raise RunError(
            f"cutting to max_length loses {share:.1%} of the {config.play}'s tokens ({ledger.lost:,})",
            hint="raise max_length (sft.max_length) or the accepted share (sft.lost_share)",
        )

"""Ask again what a model refused or could not answer, and let the stages that lack it go on.

The quarantine is in the journals: an answer takes the refused row's place there, and the parts of the finished stage that
lost a record to it are taken out, so that the next run makes those parts again and no other. Paid replies stay.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from colloque.config import RunConfig
from colloque.errors import ConfigError, InputError
from colloque.judge import NO_VERDICT
from colloque.llm import ModelConfig, open_model
from colloque.llm.quarantine import Asked, ask_again, held
from colloque.prefer.records import JudgedComparison
from colloque.store import parts, read_records
from colloque.store.journal import Journal
from colloque.store.manifest import reopen

__all__ = ["ROLES", "quarantined", "retry_journal", "retry_run"]

ROLES = {"author": "write", "reformulator": "augment", "judge": "prefer"}
"""Who may have rows in quarantine, and the stage that lost a record to them."""
_REASON = "refused_by_model"


def quarantined(journal: Path) -> dict[str, int]:
    """How many rows of a journal wait in quarantine, by reason, the commonest first. Raises InputError: no such journal."""
    opened = _open(journal)
    reasons = Counter(row.entry.note for row in held(opened))
    opened.close()
    return dict(reasons.most_common())


def retry_run(
    config: RunConfig, workspace: Path, roles: tuple[str, ...], other: ModelConfig | None = None
) -> Iterator[str]:
    """Ask again for the roles of a run, its own models or `other`; yields a line for each, then what to do next.

    Raises ConfigError for a role without a model in the configuration, ModelError when the model is gone.
    """
    mended = False
    for role in roles:
        chosen: ModelConfig | None = getattr(config.models, role)
        if chosen is None:
            raise ConfigError(
                f"models: {role} is not in this configuration", hint="name the one that the run was made with"
            )
        journal = workspace / "journal" / f"{role}.sqlite"
        asked = retry_journal(journal, other or chosen, chosen.model)
        yield f"{role}: {_said(asked)}"
        if asked.answered:
            for folder in sorted({workspace / ROLES[role], *workspace.glob(f"{ROLES[role]}-*")}):
                mended |= _take_out(folder)
    if mended:
        yield "run the same `colloque run` again: the parts that lacked them are made again, the others stay"


def retry_journal(journal: Path, model: ModelConfig, asked: str | None = None) -> Asked:
    """Put the quarantine of one journal (of the model named `asked` alone) to a model; its replies are journalled there."""
    opened = _open(journal)
    try:
        rows = list(held(opened, asked))
        again = open_model(model, journal)
        try:
            return ask_again(opened, rows, again)
        finally:
            if close := getattr(again, "close", None):
                close()
    finally:
        opened.close()


def _open(journal: Path) -> Journal:
    if not journal.is_file():
        raise InputError("no journal here", file=journal, hint="a run with a model under `models:` writes one")
    return Journal(journal)


def _said(asked: Asked) -> str:
    if not asked.answered and not asked.refused:
        return "nothing in quarantine"
    why = ", ".join(f"{reason} {count}" for reason, count in asked.reasons.items())
    return f"{asked.answered} answered, {asked.refused} refused again{f' ({why})' if why else ''}"


def _take_out(folder: Path) -> bool:
    """Take the parts that lack an answer out of a finished stage; returns whether there were any."""
    lacking = [
        path
        for path in sorted((folder / "ledger").glob("part-*.json"))
        if any(drop["reason"] == _REASON for drop in json.loads(path.read_text(encoding="utf-8")).get("drops", ()))
    ]
    if (folder / "comparisons").is_dir():
        lacking += [
            part
            for part in parts(folder / "comparisons")
            if any(one.verdict.criterion == NO_VERDICT for one in read_records(part, JudgedComparison))
        ]
    if lacking:
        reopen(folder)
    for path in lacking:
        path.unlink()
    return bool(lacking)

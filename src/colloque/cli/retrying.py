"""What the verb `retry` does with a run's configuration or a journal: list the quarantine, or ask it again."""

from collections.abc import Iterator
from pathlib import Path

from colloque.config import load_config
from colloque.errors import InputError
from colloque.llm import ModelConfig
from colloque.pipeline import alone
from colloque.retry import ROLES, quarantined, retry_journal, retry_run

__all__ = ["retry_place"]


def retry_place(
    place: Path, workspace: Path | None, roles: tuple[str, ...], other: ModelConfig | None, *, only_list: bool
) -> Iterator[str]:
    """Lines that say what waits or what became of it. Raises InputError for a role or a place that cannot be used."""
    if odd := [role for role in roles if role not in ROLES]:
        raise InputError(f"no role named {odd[0]!r}", hint=f"--role {', '.join(ROLES)}")
    if place.suffix == ".sqlite":
        if only_list:
            yield from _listed(place, place.name)
            return
        if other is None:
            raise InputError(
                "which model?", file=place, hint="name it: --base-url http://127.0.0.1:8000/v1 --model NAME"
            )
        asked = retry_journal(place, other)
        yield f"{place}: {asked.answered} answered, {asked.refused} refused again; run the same verb again to have them written"
        return
    config = load_config(place)
    root = workspace or Path(config.workspace)
    named = roles or tuple(role for role in ROLES if getattr(config.models, role) is not None)
    if not named:
        raise InputError("no model under `models:`", file=place, hint="a run without models has no quarantine")
    if only_list:
        for role in named:
            yield from _listed(root / "journal" / f"{role}.sqlite", role)
        return
    if not root.is_dir():
        raise InputError("no workspace here", file=root, hint="name it with --workspace")
    with alone(root):
        yield from retry_run(config, root, named, other)


def _listed(journal: Path, name: str) -> Iterator[str]:
    reasons = quarantined(journal)
    yield f"{name}: {sum(reasons.values())} in quarantine"
    yield from (f"  {count}  {reason}" for reason, count in reasons.items())

"""The report: one self-contained HTML page, in French, from the files of a workspace. A reader: no stage knows it.

Opens offline, prints well, loads nothing. What a stage has not made yet is left out, so that a half-run workspace has a
report too. Figures come from the stages' own files; nothing is computed here but the drawing.
"""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from colloque import __version__
from colloque.errors import InputError
from colloque.report.after import bilan_section, dpo_lines
from colloque.report.french import FILTERS, french_number
from colloque.report.funnel import Step, figures_of, funnel
from colloque.report.learning import preferences_section, sft_section
from colloque.report.reading import readings
from colloque.report.svg import bars
from colloque.store import write_text

__all__ = ["build_report", "summary_lines"]


def build_report(workspace: Path) -> Path:
    """Write `report.html` in the workspace and return its path. Raises InputError when no stage has finished there."""
    steps = funnel(workspace)
    if not steps:
        raise InputError(
            "no finished stage here", file=workspace, hint="run `colloque run CONFIG` first, or name its --workspace"
        )
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(FILTERS)
    template = environment.from_string(
        (files("colloque.report") / "templates" / "report.html.j2").read_text(encoding="utf-8")
    )
    html = template.render(
        version=__version__,
        date=max(step.manifest.started for step in steps)[:10],
        lines=summary_lines(workspace),
        virtual=_virtual(steps),
        steps=steps,
        funnel_chart=Markup(bars(_flow(steps), "Enregistrements gardés ou créés à chaque étape")),
        readings=readings(workspace),
        limits=_LIMITS,
        **sft_section(workspace),
        **preferences_section(workspace),
        **bilan_section(workspace),
    )
    page = workspace / "report.html"
    write_text(page, html)
    return page


def _flow(steps: list[Step]) -> list[tuple[str, float]]:
    return [(step.label, float(step.manifest.tally.made or step.manifest.tally.kept)) for step in steps]


def _virtual(steps: list[Step]) -> str:
    """The warning that most people of a demonstration do not exist."""
    count = next((step.manifest.tally.figures.get("virtual", 0) for step in steps if step.name == "ingest"), 0)
    if not count:
        return ""
    return f"{french_number(count)} des répondants de ce rapport sont virtuels : ils montrent la chaîne et permettent de la mesurer, ils ne disent rien de patients réels."


_LIMITS = (
    "Ce modèle et ce rapport ne sont pas un dispositif médical. Aucun clinicien n’a validé les grilles ni les lexiques.",
    "Les contrôles sont des règles : ce qu’elles ne voient pas est écrit, code par code, dans docs/checks.md, avec leur précision et leur rappel mesurés.",
    "Le juge embarqué qui étiquette les préférences partage ses règles avec le taux d’erreur affiché ; les détecteurs « à part » et les entretiens avec des patients virtuels ne les partagent pas.",
    "Idées suicidaires : 3114, à toute heure. Urgence : 15.",
)

Line = Callable[[Path], str | None]


def _read_line(workspace: Path) -> str | None:
    step = _step(workspace, "ingest")
    if step is None:
        return None
    tally = step.manifest.tally
    virtual = tally.figures.get("virtual", 0)
    people = f" (dont {french_number(virtual)} de répondants virtuels)" if virtual else ""
    return f"{french_number(tally.kept)} questionnaires lus{people}, {french_number(sum(tally.dropped.values()))} écartés avec leur motif."


def _write_line(workspace: Path) -> str | None:
    write, augment = _step(workspace, "write"), _step(workspace, "augment")
    if write is None:
        return None
    text = f"{french_number(write.manifest.tally.kept)} dialogues écrits et contrôlés"
    if augment is not None:
        tally = augment.manifest.tally
        text += f", {french_number(tally.kept + tally.made)} après reformulation"
    return text + "."


def _sft_line(workspace: Path) -> str | None:
    figures = figures_of(workspace, "sft/figures.json")
    if not figures:
        return None
    held = figures["held_out"]
    verdict = "mieux" if held["beats_trigram"] else "moins bien"
    return (
        f"SFT : modèle de {french_number(figures['parameters'])} paramètres ; perte tenue à l’écart {french_number(held['loss'])}, "
        f"{verdict} qu’un trigramme ({french_number(held['trigram_loss'])})."
    )


def _prefer_line(workspace: Path) -> str | None:
    card = figures_of(workspace, "prefer/card.json")
    if not card:
        return None
    return f"{french_number(card['pairs'])} préférences retenues sur {french_number(sum(card['dropped'].values()) + card['pairs'])} amorces, juge « {card['judge']} », dans les deux ordres."


def _dpo_line(workspace: Path) -> str | None:
    lines = dpo_lines(figures_of(workspace, "dpo/figures.json"))
    return lines[0] if lines else None


def _evaluate_line(workspace: Path) -> str | None:
    summary = figures_of(workspace, "evaluate/results.json").get("summary", ())
    return str(summary[0]) if summary else None


def _step(workspace: Path, name: str) -> Step | None:
    return next((step for step in funnel(workspace) if step.name == name), None)


_LINES: tuple[Line, ...] = (_read_line, _write_line, _sft_line, _prefer_line, _dpo_line, _evaluate_line)


def summary_lines(workspace: Path) -> list[str]:
    """The run in six lines of French: read, written, learnt, preferred, DPO, helped or not. Missing stages are left out."""
    return [text for line in _LINES if (text := line(workspace))]

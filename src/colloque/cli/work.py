"""The verbs of a workspace: run the chain, report, review, forget a person, look at a file."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

Workspace = Annotated[
    Path, typer.Option("--workspace", "-w", readable=False, help="The folder that `colloque run` filled.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this family to the command line."""
    app.command("run")(run)
    app.command("report")(report)
    app.command("review")(review)
    app.command("forget")(forget)
    app.command("show")(show)


def run(
    config: Annotated[Path, typer.Argument(readable=False, help="A YAML configuration, such as examples/demo.yaml.")],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", readable=False, help="Where results go; default: as configured.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run's summary as JSON.")] = False,
) -> None:
    """Run the whole chain: questionnaires → dialogues → SFT → preferences → DPO → evaluation → report.

    A stage whose inputs and configuration have not changed is not run again; a run that was killed goes on where it stopped.
    """
    from colloque.pipeline import run as run_all

    summary = run_all(config, workspace)
    if as_json:
        print(summary.model_dump_json(indent=2))
        return
    print(f"Report: {summary.report}")
    for line in summary.lines:
        print(f"  {line}")


def report(workspace: Workspace = Path("workspace")) -> None:
    """Build the HTML report of a workspace again and print where it is. The page opens offline and prints well."""
    from colloque.report import build_report

    print(build_report(workspace))


def review(
    workspace: Workspace = Path("workspace"),
    port: Annotated[int, typer.Option(help="Port on this machine; the page is served on loopback only.")] = 8600,
) -> None:
    """Read dialogues beside their questionnaires in the browser, correct and compare them; notes go to reviews.jsonl."""
    from colloque.review import serve_review

    serve_review(workspace, port)


def forget(
    respondent: Annotated[
        str, typer.Argument(help="The respondent, as in the team's files or as in the records (r-…).")
    ],
    workspace: Workspace = Path("workspace"),
) -> None:
    """Remove a person from every artefact of a workspace, by lineage; models that saw them are removed too."""
    from colloque.forget import forget_respondent

    for line in forget_respondent(workspace, respondent):
        print(line)


def show(
    file: Annotated[
        Path,
        typer.Argument(
            readable=False, help="Any record file or folder: questionnaires, dialogues, openings, preferences."
        ),
    ],
    record: Annotated[str | None, typer.Option("--id", help="Show this record only.")] = None,
    count: Annotated[int, typer.Option("-n", help="How many records to show.")] = 3,
) -> None:
    """Print records as people read them."""
    from colloque.cli.showing import shown

    for text in shown(file, record, count):
        print(text, end="\n\n")

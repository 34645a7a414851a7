"""The verbs of a workspace: run the chain, report, review, forget a person, ask refused rows again, look at a file."""

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
    app.command("pilot")(pilot)
    app.command("report")(report)
    app.command("review")(review)
    app.command("forget")(forget)
    app.command("retry")(retry)
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


def pilot(
    config: Annotated[Path, typer.Argument(readable=False, help="The run's YAML, with endpoints under `models:`.")],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", readable=False, help="The run's folder; default: as configured.")
    ] = None,
    records: Annotated[int, typer.Option("-n", min=2, help="Records put to each model.")] = 20,
) -> None:
    """Put a few records to each model of a run and forecast calls, tokens, money and hours of all, with an interval.

    The replies are journalled: the run does not pay for them again.
    """
    from colloque.config import load_config
    from colloque.pilot import pilot_run
    from colloque.pipeline import alone

    settings = load_config(config)
    root = workspace or Path(settings.workspace)
    root.mkdir(parents=True, exist_ok=True)
    with alone(root):
        for line in pilot_run(settings, root, records):
            print(line, flush=True)


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


def retry(
    place: Annotated[
        Path, typer.Argument(readable=False, help="A run's YAML, or the journal of a verb (OUT.journal.sqlite).")
    ],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", readable=False, help="The run's folder; default: as configured.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="author, reformulator or judge; default: all that the run names.")
    ] = None,
    only_list: Annotated[bool, typer.Option("--list", help="Print what waits, by reason, and ask nothing.")] = False,
    model: Annotated[str | None, typer.Option("--model", help="Ask this model instead of the run's own.")] = None,
    base_url: Annotated[str | None, typer.Option("--base-url", help="The endpoint that serves --model.")] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let de-identified records leave this machine.")
    ] = False,
    api_key_env: Annotated[str | None, typer.Option("--api-key-env", help="Environment variable of the key.")] = None,
) -> None:
    """Ask again what a model refused or could not answer (the quarantine), the same model or another.

    Answers take the refused rows' places in the journal; run the same command again to have them in the records. No paid
    reply is asked for twice.
    """
    from colloque.cli.retrying import retry_place
    from colloque.cli.verbs import endpoint_named

    other = endpoint_named(model, base_url, allow_remote, api_key_env)
    for line in retry_place(place, workspace, tuple(role or ()), other, only_list=only_list):
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

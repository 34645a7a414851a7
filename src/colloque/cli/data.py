"""The verbs of the data: cohort, ingest, write, augment, check, extract, export. Each works alone on files."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

# Paths are not looked at here (readable=False): the readers say what is wrong with a file, and what to do.
Output = Annotated[
    Path, typer.Option("--output", "-o", readable=False, help="File to write: .jsonl, .jsonl.zst or .parquet.")
]
Seed = Annotated[int, typer.Option(help="Shifts every draw; same seed, same output.")]
Endpoint = Annotated[str | None, typer.Option("--base-url", help="An OpenAI-compatible endpoint that serves --model.")]
Remote = Annotated[bool, typer.Option("--allow-remote", help="Let de-identified records leave this machine.")]
KeyVariable = Annotated[str | None, typer.Option("--api-key-env", help="Environment variable that holds the key.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this family to the command line."""
    verbs: dict[str, Callable[..., None]] = {
        "cohort": cohort, "ingest": ingest, "write": write, "augment": augment, "check": check, "extract": extract,
        "export": export,
    }  # fmt: skip
    for name, verb in verbs.items():
        app.command(name)(verb)


def cohort(
    count: Annotated[int, typer.Argument(min=1, help="How many virtual respondents.")],
    output: Output,
    seed: Seed = 0,
) -> None:
    """Draw virtual respondents with plausible filled-in questionnaires, marked as virtual everywhere."""
    from colloque.cli.verbs import draw_cohort

    print(draw_cohort(count, output, seed))


def ingest(
    paths: Annotated[
        list[Path], typer.Argument(readable=False, help="Files or folders; the format is recognised by content.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", readable=False, help="File to write; without it only the summary is printed."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--map", readable=False, help="A mapping file for a table that no rule understands.")
    ] = None,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="Print what is understood of the first records; with -o, write a map to edit there."
        ),
    ] = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="List what was masked and where, without repeating it.")
    ] = False,
) -> None:
    """Read questionnaires in the form in which they arrive, take identities out, and say what was understood."""
    from colloque.cli.verbs import ingest_files

    for line in ingest_files(paths, output, mapping, preview, audit):
        print(line)


def write(
    source: Annotated[
        Path, typer.Argument(readable=False, help="Questionnaires: any file or folder that `ingest` reads.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", readable=False, help="File to write; without it the dialogue is printed to read."
        ),
    ] = None,
    per: Annotated[int, typer.Option(min=1, help="Dialogues a questionnaire.")] = 1,
    seed: Seed = 0,
    model: Annotated[
        str | None, typer.Option("--model", help="Let this model write instead of the embedded writer.")
    ] = None,
    base_url: Endpoint = None,
    allow_remote: Remote = False,
    api_key_env: KeyVariable = None,
) -> None:
    """Turn questionnaires into dialogues, each checked against its record; what fails is repaired or dropped with its reason."""
    from colloque.cli.verbs import named_model, write_files

    author = named_model(model, base_url, allow_remote, api_key_env, output)
    for text in write_files(source, output, per, seed, author):
        print(text)


def augment(
    source: Annotated[Path, typer.Argument(readable=False, help="Dialogues that `write` made.")],
    output: Output,
    times: Annotated[int | None, typer.Option(min=1, help="Reformulations a dialogue.")] = None,
    until: Annotated[int | None, typer.Option(min=1, help="Go on until the set holds this many dialogues.")] = None,
    questionnaires: Annotated[
        Path | None, typer.Option(readable=False, help="Their questionnaires; default: as the file's certificate says.")
    ] = None,
    seed: Seed = 0,
    model: Annotated[str | None, typer.Option("--model", help="Let this model reformulate.")] = None,
    base_url: Endpoint = None,
    allow_remote: Remote = False,
    api_key_env: KeyVariable = None,
) -> None:
    """Reformulate dialogues: the same facts in other words, checked; copies that are too near are refused."""
    from colloque.cli.verbs import augment_file, named_model

    reformulator = named_model(model, base_url, allow_remote, api_key_env, output)
    for line in augment_file(source, output, (times, until), questionnaires, seed, reformulator):
        print(line)


def check(
    questionnaires: Annotated[
        Path, typer.Argument(readable=False, help="Questionnaires: any file that `ingest` reads.")
    ],
    dialogues: Annotated[Path, typer.Argument(readable=False, help="Dialogues, of any author.")],
    as_json: Annotated[bool, typer.Option("--json", help="One finding a line as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when there is any veto or error.")] = False,
) -> None:
    """Check dialogues against the questionnaires they came from: fidelity, conduct, risk."""
    from colloque.cli.verbs import check_files

    faults = check_files(questionnaires, dialogues, as_json)
    if strict and faults:
        raise typer.Exit(1)


def extract(
    questionnaires: Annotated[
        Path, typer.Argument(readable=False, help="The questions to fill in again (their answers are not looked at).")
    ],
    dialogues: Annotated[Path, typer.Argument(readable=False, help="The dialogues to read.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", readable=False, help="Write the extracted questionnaires here.")
    ] = None,
) -> None:
    """Fill the questionnaire in again from the dialogue alone; tells how many agree with the original answers."""
    from colloque.cli.verbs import extract_files

    for line in extract_files(questionnaires, dialogues, output):
        print(line)


def export(
    source: Annotated[Path, typer.Argument(readable=False, help="Dialogues or preferences; or a model or adapter.")],
    output: Annotated[Path, typer.Option("--output", "-o", readable=False, help="JSON lines file or folder to write.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="Records: messages (TRL, Axolotl) or sharegpt (LLaMA-Factory). Models: model (vLLM, transformers) or gguf (Ollama).",
        ),
    ] = "messages",
) -> None:
    """Write dialogues or preferences in the forms that other trainers read, or a model (adapter merged) for servers."""
    if form in ("model", "gguf"):
        from colloque.cli.training import export_weights

        print(export_weights(source, output, form))
        return
    from colloque.cli.verbs import export_file

    print(export_file(source, output, form))

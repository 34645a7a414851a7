"""The verbs of the models: sft, openings, prefer, dpo, evaluate, chat, serve, stub-server. Each works alone on files."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

Folder = Annotated[
    Path, typer.Option("--output", "-o", readable=False, help="Folder to write; a killed run goes on there.")
]
Config = Annotated[
    Path | None, typer.Option("--config", "-c", readable=False, help="A run's YAML: its section of this name is used.")
]
Launch = Annotated[str | None, typer.Option(help="Who starts the processes: process (this one), accelerate or ray.")]
Processes = Annotated[int | None, typer.Option(help="Processes (GPUs) in all; the effective batch stays the same.")]
Machines = Annotated[int | None, typer.Option(help="Machines of this Slurm job that they are spread over.")]
Seed = Annotated[int, typer.Option(help="Shifts every draw; same seed, same output.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this family to the command line."""
    verbs: dict[str, Callable[..., None]] = {
        "sft": sft, "openings": openings, "prefer": prefer, "dpo": dpo, "reward": reward, "audit": audit, "evaluate": evaluate, "chat": chat, "serve": serve,
        "stub-server": stub_server,
    }  # fmt: skip
    for name, verb in verbs.items():
        app.command(name)(verb)


def sft(
    source: Annotated[
        Path, typer.Argument(readable=False, help="Dialogues (file or folder), or a dataset folder of a workspace.")
    ],
    output: Folder,
    config: Config = None,
    base: Annotated[str | None, typer.Option(help="`embedded`, a local folder, or a hub id.")] = None,
    play: Annotated[
        str | None, typer.Option(help="Whom the model learns to be: clinician (default) or patient.")
    ] = None,
    launch: Launch = None,
    processes: Processes = None,
    machines: Machines = None,
    seed: Seed = 17,
) -> None:
    """Fine-tune a model on dialogues: loss on the played role's turns only."""
    from colloque.cli.training import tune

    given = {"base": base, "play": play, "launch": launch, "processes": processes, "machines": machines}
    print(tune(source, output, config, given, seed))


def openings(
    source: Annotated[
        Path, typer.Argument(readable=False, help="Dialogues; those of the preference split are cut into openings.")
    ],
    output: Folder,
    config: Config = None,
    seed: Seed = 17,
) -> None:
    """Make the list of openings that the tuned model must continue."""
    from colloque.cli.training import draw_openings

    print(draw_openings(source, output, config, seed))


def prefer(
    source: Annotated[Path, typer.Argument(readable=False, help="Openings.")],
    model: Annotated[
        Path,
        typer.Option(
            "--model", readable=False, help="The tuned model (a local checkpoint) whose replies are compared."
        ),
    ],
    output: Folder,
    config: Config = None,
    seed: Seed = 17,
) -> None:
    """Let the model give different replies to each opening and a judge pick the better: the preference set and its card."""
    from colloque.cli.training import build_preferences

    print(build_preferences(source, model, output, config, seed))


def dpo(
    source: Annotated[Path, typer.Argument(readable=False, help="Preferences.")],
    model: Annotated[Path, typer.Option("--model", readable=False, help="The SFT checkpoint that gave the replies.")],
    output: Folder,
    config: Config = None,
    launch: Launch = None,
    processes: Processes = None,
    machines: Machines = None,
    seed: Seed = 17,
) -> None:
    """Train on preferences (DPO), from the SFT model."""
    from colloque.cli.training import prefer_tune

    given = {"launch": launch, "processes": processes, "machines": machines}
    print(prefer_tune((source, model), output, config, given, seed))


def reward(
    source: Annotated[Path, typer.Argument(readable=False, help="Preferences.")],
    model: Annotated[
        Path, typer.Option("--model", readable=False, help="The checkpoint whose body it grows from (…/sft/model).")
    ],
    output: Folder,
    config: Config = None,
    launch: Launch = None,
    processes: Processes = None,
    seed: Seed = 17,
) -> None:
    """Train a reward model on preferences: one number for a reply after its conversation, usable as a judge."""
    from colloque.cli.training import train_judge

    for line in train_judge((source, model), output, config, {"launch": launch, "processes": processes}, seed):
        print(line)


def audit(
    model: Annotated[Path, typer.Argument(readable=False, help="A tuned model: a stage's folder or a checkpoint.")],
    dataset: Annotated[Path, typer.Option(readable=False, help="The dataset folder that it was trained on.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", readable=False, help="JSON file for the figures.")
    ] = None,
    seed: Seed = 17,
) -> None:
    """Measure what a model gives back of its training data: rare strings, planted secrets, membership."""
    from colloque.cli.training import audited

    for line in audited(model, dataset, output, seed):
        print(line)


def evaluate(
    models: Annotated[
        list[Path], typer.Option("--model", readable=False, help="Twice: the model before, then the model after.")
    ],
    questionnaires: Annotated[Path, typer.Option(readable=False, help="Held-out questionnaires.")],
    dialogues: Annotated[Path, typer.Option(readable=False, help="Their dialogues: cut into openings.")],
    output: Folder,
    config: Config = None,
    bounds: Annotated[
        bool,
        typer.Option(
            "--bounds", help="Also interview with a scripted clinician, random questions and an untrained model."
        ),
    ] = False,
    seed: Seed = 17,
) -> None:
    """Compare two models on the same held-out openings and virtual patients, with paired intervals."""
    from colloque.cli.training import compare, measuring

    for line in compare(models, (questionnaires, dialogues), output, measuring(config, bounds), seed):
        print(line)


def chat(
    model: Annotated[Path, typer.Argument(readable=False, help="A checkpoint folder (…/sft/model, …/dpo/model).")],
    seed: Seed = 17,
) -> None:
    """Talk with a tuned model in the terminal. A demonstration: no medical device."""
    from colloque.talk import chat_in_terminal

    chat_in_terminal(model, seed)


def serve(
    model: Annotated[Path, typer.Argument(readable=False, help="A checkpoint folder.")],
    port: Annotated[int, typer.Option(help="Port on this machine (loopback only).")] = 8400,
) -> None:
    """Serve a tuned model with the OpenAI chat protocol on this machine."""
    from colloque.talk import serve_model

    serve_model(model, port)


def stub_server(
    port: Annotated[int, typer.Option(help="Port on this machine; 0 takes a free one. The address is printed.")] = 0,
    play: Annotated[str, typer.Option(help="What it answers as: echo, author, reformulator or judge.")] = "echo",
    latency: Annotated[float, typer.Option(min=0, help="Mean latency in seconds (log-normal).")] = 0.0,
    throttled: Annotated[float, typer.Option(min=0, max=1, help="Share of calls answered 429.")] = 0.0,
    failed: Annotated[float, typer.Option(min=0, max=1, help="Share of calls answered 500.")] = 0.0,
    truncated: Annotated[float, typer.Option(min=0, max=1, help="Share of replies cut in the middle.")] = 0.0,
    poison: Annotated[float, typer.Option(min=0, max=1, help="Share of texts that are always refused (400).")] = 0.0,
) -> None:
    """Serve a stand-in endpoint with set latency and faults, for trials without a model."""
    from colloque.cli.training import run_stub

    shares = {"latency_s": latency, "throttled": throttled, "failed": failed, "truncated": truncated, "poison": poison}
    run_stub(port, play, shares)

"""What the verbs of the models do with files: a stage's folder is the output, and what a killed verb goes on from."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from colloque.config import RunConfig, load_config
from colloque.core import digest
from colloque.errors import ConfigError, InputError
from colloque.evaluate.config import EvaluateConfig
from colloque.progress import note
from colloque.store import Context, Tally
from colloque.store.manifest import begin, file_hash

__all__ = [
    "audited",
    "build_preferences",
    "compare",
    "draw_openings",
    "export_weights",
    "measuring",
    "prefer_tune",
    "run_stub",
    "train_judge",
    "tune",
]


def _config(path: Path | None) -> RunConfig:
    return load_config(path) if path else RunConfig()


def _run(
    output: Path, inputs: Mapping[str, Path], seed: int, settings: Any, action: Callable[[Context], Tally]
) -> Tally:
    """Run a stage in `output`, going on there when the same work was killed."""
    if "WORLD_SIZE" in os.environ:
        raise ConfigError(
            "started by a launcher, once for each process", hint="start it once, with --launch accelerate --processes N"
        )
    # Not the launch: a run that was killed on eight GPUs may go on on four.
    said = settings.model_dump(mode="json", exclude={"launch"})
    fingerprint = digest({name: file_hash(path) for name, path in inputs.items()}, said, seed)
    if output.is_dir() and any(output.iterdir()) and not (output / "started.json").exists():
        raise InputError("this folder holds something else", file=output, hint="name a new folder with -o")
    if begin(output, fingerprint):
        note(f"{output}: going on where it stopped")
    return action(Context(folder=output, inputs=inputs, seed=seed, workers=os.cpu_count() or 1))


def _set(settings: Any, given: Mapping[str, Any]) -> Any:
    """A stage's configuration with what the command line says over it; `launch` and `processes` are of its launch."""
    data = settings.model_dump()
    launch = {"by": given.get("launch"), "processes": given.get("processes")}
    data.update(
        {key: value for key, value in given.items() if value is not None and key not in ("launch", "processes")}
    )
    if any(value is not None for value in launch.values()):
        data["launch"].update({key: value for key, value in launch.items() if value is not None})
    try:
        return type(settings).model_validate(data)
    except ValidationError as error:
        raise ConfigError(
            error.errors()[0]["msg"].removeprefix("Value error, "), hint="see docs/training.md"
        ) from error


def tune(source: Path, output: Path, config: Path | None, given: Mapping[str, Any], seed: int) -> str:
    """SFT on dialogues or on a dataset folder; `given` are options of the command line: base, play, launch, processes."""
    from colloque.augment import run_dataset
    from colloque.train import run_sft

    settings = _config(config)
    sft = _set(settings.sft, given)

    def action(context: Context) -> Tally:
        dataset = source
        if not (source / "train.parquet").exists():
            dataset = output / "dataset"
            dialogues = Context(folder=dataset, inputs={"dialogues": source}, seed=seed)
            run_dataset(dialogues, settings.dataset)
        return run_sft(context.model_copy(update={"inputs": {"dataset": dataset}}), sft)

    tally = _run(output, {"source": source}, seed, sft, action)
    return f"{output / 'model'}: trained on {tally.kept} dialogues"


def draw_openings(source: Path, output: Path, config: Path | None, seed: int) -> str:
    """Openings from dialogues."""
    from colloque.prefer import run_openings

    settings = _config(config).openings
    tally = _run(output, {"dialogues": source}, seed, settings, lambda context: run_openings(context, settings))
    return f"{output / 'openings.parquet'}: {tally.made} openings"


def build_preferences(source: Path, model: Path, output: Path, config: Path | None, seed: int) -> str:
    """Replies of `model` to the openings, judged."""
    from colloque.judge.open import open_judge
    from colloque.llm import LocalModel, open_model
    from colloque.prefer import run_prefer

    run = _config(config)
    named, journal = run.models.judge, output.with_name(f"{output.name}.journal.sqlite")
    judge = open_judge(run.prefer.judges, open_model(named, journal) if named else None)
    inputs = {"openings": source, "model": model}
    tally = _run(
        output, inputs, seed, run.prefer, lambda context: run_prefer(context, run.prefer, LocalModel(model), judge)
    )
    return f"{output / 'preferences.parquet'}: {tally.kept} pairs of {tally.read} openings; the card is {output / 'README.md'}"


def prefer_tune(given: tuple[Path, Path], output: Path, config: Path | None, said: Mapping[str, Any], seed: int) -> str:
    """DPO on `given` preferences, from the model `given` with them; `said` are options of the command line."""
    from colloque.train import run_dpo

    settings = _set(_config(config).dpo, said)
    inputs = dict(zip(("preferences", "policy"), given, strict=True))
    tally = _run(output, inputs, seed, settings, lambda context: run_dpo(context, settings))
    return f"{output / 'model'}: trained on {tally.kept} pairs"


def measuring(config: Path | None, bounds: bool) -> EvaluateConfig:
    """The evaluation's settings: a run's, with the bounding clinicians where they are asked for."""
    settings = _config(config).evaluate
    return settings.model_copy(update={"bounds": True}) if bounds else settings


def train_judge(
    given: tuple[Path, Path], output: Path, config: Path | None, said: Mapping[str, Any], seed: int
) -> list[str]:
    """A reward model from preferences, on the body of a checkpoint; what it is worth on held-out pairs, in words."""
    from colloque.train import run_reward

    settings = _set(_config(config).reward, said)
    inputs = dict(zip(("preferences", "base"), given, strict=True))
    tally = _run(output, inputs, seed, settings, lambda context: run_reward(context, settings))
    told = json.loads((output / "figures.json").read_text(encoding="utf-8"))["told"]
    return [*told, f"{output / 'model'}: trained on {tally.kept} pairs"]


def export_weights(source: Path, output: Path, form: str) -> str:
    """A model as one folder that servers read, or as GGUF."""
    from colloque.train import export_gguf, export_model

    if form == "gguf":
        return f"{export_gguf(source, output)}; for Ollama: ollama create NAME -f {output / 'Modelfile'}"
    lineage = export_model(source, output)
    return f"{output}: {lineage['parameters']:,} parameters, weights {lineage['model']}"


def audited(model: Path, dataset: Path, output: Path | None, seed: int) -> list[str]:
    """What a model gives back of its training data, in words."""
    from colloque.train import audit_model

    return list(audit_model(model, dataset, output, seed)["told"])


def compare(
    models: Sequence[Path], held_out: tuple[Path, Path], output: Path, settings: EvaluateConfig, seed: int
) -> list[str]:
    """Both models on the same held-out openings; the lines of the summary."""
    from colloque.evaluate import run_evaluate
    from colloque.llm import LocalModel

    if len(models) != 2:
        raise InputError("two models are compared", hint="name --model twice: the one before, then the one after")
    questionnaires, dialogues = held_out
    inputs = {"questionnaires": questionnaires, "dialogues": dialogues, "before": models[0], "after": models[1]}

    def action(context: Context) -> Tally:
        return run_evaluate(context, settings, {"before": LocalModel(models[0]), "after": LocalModel(models[1])})

    tally = _run(output, inputs, seed, settings, action)
    return [*tally.figures.get("summary", ()), f"{output / 'results.json'}"]


def run_stub(port: int, play: str, shares: Mapping[str, float]) -> None:
    """Serve the stand-in endpoint until interrupted. Raises InputError for a part that it cannot play."""
    from colloque.augment.standin import reformulator_stub
    from colloque.judge.standin import judge_stub
    from colloque.llm.stub import StubOptions, echo, serve_stub
    from colloque.write.standin import author_stub

    parts = {"echo": echo, "author": author_stub, "reformulator": reformulator_stub, "judge": judge_stub}
    if play not in parts:
        raise InputError(f"no part named {play!r}", hint=f"--play {', '.join(parts)}")

    def ready(number: int) -> None:
        print(f"http://127.0.0.1:{number}/v1", flush=True)

    serve_stub(port, StubOptions.model_validate(shares), parts[play](), ready=ready)

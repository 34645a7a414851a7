"""One YAML configures a run: each stage's own small configuration, composed. Strict: an unknown key is refused.

Loads no torch. Relative paths in the file are read from the file's own folder, so that a configuration can be run from
anywhere; the workspace alone is relative to where the command is given.
"""

import difflib
from pathlib import Path
from typing import Any, Self, get_args

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from colloque.augment.config import AugmentConfig, DatasetConfig
from colloque.errors import ConfigError
from colloque.evaluate.config import EvaluateConfig
from colloque.ingest.config import IngestConfig
from colloque.llm.config import ModelConfig, ModelsConfig
from colloque.prefer.config import NAMED_JUDGES, OpeningsConfig, PreferConfig
from colloque.store import StageConfig
from colloque.train.config import SHIPPED_TEMPLATES, DpoConfig, RewardConfig, SftConfig
from colloque.write.config import WriteConfig

__all__ = ["RunConfig", "load_config", "parse_config"]


class RunConfig(StageConfig):
    """A whole run. Every section has defaults that run on a processor, with no key and no network."""

    seed: int = 17
    """Shifts every draw of the run: same seed, same dialogues, same preference set."""
    workers: int = Field(default=0, ge=0)
    """Processes that write dialogues; 0 is all cores of this machine."""
    workspace: str = "workspace"
    """The folder of all results, relative to where the command is given; `--workspace` overrides it."""
    models: ModelsConfig = ModelsConfig()
    """A team's own models by role; a role that is not named is played by the embedded default."""
    ingest: IngestConfig = IngestConfig()
    write: WriteConfig = WriteConfig()
    augment: AugmentConfig = AugmentConfig()
    dataset: DatasetConfig = DatasetConfig()
    sft: SftConfig = SftConfig()
    openings: OpeningsConfig = OpeningsConfig()
    prefer: PreferConfig = PreferConfig()
    dpo: DpoConfig = DpoConfig()
    reward: RewardConfig = RewardConfig()
    evaluate: EvaluateConfig = EvaluateConfig()

    @model_validator(mode="after")
    def _nothing_that_identifies_leaves(self) -> Self:
        for role in type(self.models).model_fields:
            named: ModelConfig | None = getattr(self.models, role)
            while named is not None:
                if named.allow_remote and not self.ingest.deidentify:
                    raise ValueError(
                        f"models.{role} may leave this machine (allow_remote: true), but ingest.deidentify is false: "
                        "only de-identified records may go; turn one of the two off"
                    )
                named = named.fallback
        return self


def load_config(path: str | Path) -> RunConfig:
    """Read a run's configuration. Raises ConfigError naming the file, the key and the remedy."""
    path = Path(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise ConfigError("not YAML", file=path, place=place, hint="check the indentation and the quotes") from error
    except UnicodeDecodeError as error:
        raise ConfigError("not UTF-8 text", file=path, hint="save it as UTF-8") from error
    return parse_config(data, file=path)


def parse_config(data: Any, file: Path | None = None) -> RunConfig:
    """A configuration from plain data; relative paths are read from the folder of `file` (default: this folder)."""
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError("a configuration is a mapping of sections", file=file or "", hint="see examples/demo.yaml")
    try:
        config = RunConfig.model_validate(data)
    except ValidationError as error:
        raise _explain(error, file) from error
    return _anchored(config, file.parent if file else Path())


def _anchored(config: RunConfig, folder: Path) -> RunConfig:
    """Make the paths that name a user's own files absolute."""
    files = tuple(str((folder / name).resolve()) for name in config.ingest.files)
    update: dict[str, Any] = {"ingest": config.ingest.model_copy(update={"files": files})}
    named = {key: name for key in ("system", "template") if (name := getattr(config.sft, key))}
    found = {key: str((folder / name).resolve()) for key, name in named.items() if name not in SHIPPED_TEMPLATES}
    update["sft"] = config.sft.model_copy(update=found)
    models = {role: named and named.anchored(folder) for role, named in config.models}
    update["models"] = config.models.model_copy(update=models)
    judges = [name if name in NAMED_JUDGES else str((folder / name).resolve()) for name in config.prefer.judges]
    update["prefer"] = config.prefer.model_copy(update={"judges": tuple(judges)})
    if config.openings.file:
        file = str((folder / config.openings.file).resolve())
        update["openings"] = config.openings.model_copy(update={"file": file})
    return config.model_copy(update=update)


def _explain(error: ValidationError, file: Path | None) -> ConfigError:
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] != "extra_forbidden":
        # Never what stands under `models` or a whole section: a key may have been pasted there.
        plain = not isinstance(fault["input"], dict | BaseModel) and fault["loc"][:1] != ("models",)
        return ConfigError(
            f"{fault['msg']} (given: {fault['input']!r})" if plain else fault["msg"],
            file=file or "",
            place=place,
            hint="see docs/configuration.md",
        )
    known = _keys(RunConfig, fault["loc"][:-1])
    near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1, cutoff=0.0)
    return ConfigError(
        "unknown key", file=file or "", place=place, hint=f"did you mean {near[0]!r}? known here: {', '.join(known)}"
    )


def _keys(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys known at a place of the configuration."""
    for part in place:
        field = model.model_fields.get(str(part))
        inner = field.annotation if field else None
        choices = [inner, *get_args(inner)]
        model = next((c for c in choices if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return sorted(model.model_fields)

"""Several processes: the command that starts them, the same result as one, a death that ends the run with one line, Ray."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from talk_fixtures import write_dataset

from colloque.errors import ConfigError, DependencyError, RemoteRefused, RunError
from colloque.store import Context
from colloque.train import DpoConfig, SftConfig, run_dpo, run_sft
from colloque.train.config import LaunchConfig
from colloque.train.launch import accelerate_command, setup_file

pytest.importorskip("trl")

ROOT = Path(__file__).parents[2]
QUICK: dict[str, Any] = {"size": "0.3m", "vocabulary": 400, "threads": 1}
TWO = {"by": "accelerate", "processes": 2}


@pytest.mark.parametrize("setup", ["ddp", "fsdp2", "zero2", "zero3"])
def test_each_setup_is_a_configuration_that_accelerate_reads(setup: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(setup_file(setup)))
    kinds = {"ddp": "MULTI_GPU", "fsdp2": "FSDP", "zero2": "DEEPSPEED", "zero3": "DEEPSPEED"}
    assert str(config.distributed_type).split(".")[-1] == kinds[setup]
    if setup == "fsdp2":
        assert (
            config.fsdp_config["fsdp_version"] == 2 and config.fsdp_config["fsdp_state_dict_type"] == "FULL_STATE_DICT"
        )
    if setup == "zero3":
        assert config.deepspeed_config["zero_stage"] == 3 and config.deepspeed_config["zero3_save_16bit_model"]


def parsed(command: list[str]) -> Any:
    """The command as accelerate's own parser reads it."""
    from accelerate.commands.launch import launch_command_parser

    start = command.index("accelerate.commands.launch") + 1
    return launch_command_parser().parse_args(command[start:])


def test_the_command_is_one_that_accelerate_parses(tmp_path: Path) -> None:
    args = parsed(
        accelerate_command(tmp_path / "run.json", LaunchConfig(by="accelerate", processes=8, setup="fsdp2"), True)
    )
    assert (args.num_processes, args.num_machines, args.module) == (8, 1, True)
    assert args.training_script == "colloque.train.worker"
    assert args.training_script_args == [str((tmp_path / "run.json").resolve())]


def test_several_machines_are_started_by_srun_each_with_its_rank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = LaunchConfig(by="accelerate", processes=16, machines=2)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    with pytest.raises(ConfigError, match="outside a Slurm job"):
        accelerate_command(tmp_path / "run.json", how, True)
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    command = accelerate_command(tmp_path / "run.json", how, True)
    assert command[:5] == ["srun", "--nodes", "2", "--ntasks", "2"]
    inner = subprocess.run(
        ["bash", "-c", f"printf '%s\\n' {command[-1]}"], env={**os.environ, "SLURM_NODEID": "1"}, capture_output=True, text=True, check=True
    ).stdout.splitlines()  # fmt: skip
    args = parsed(inner)
    assert (args.num_processes, args.num_machines, args.machine_rank) == (16, 2, 1) and args.main_process_ip


def test_what_cannot_be_launched_is_refused_at_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no such accelerate configuration"):
        setup_file(str(tmp_path / "absent.yaml"))
    with pytest.raises(ValueError, match="a multiple"):
        SftConfig.model_validate({"batch": 6, "launch": {"by": "accelerate", "processes": 4}})
    with pytest.raises(ValueError, match="one process cannot be several"):
        LaunchConfig(processes=2)
    with pytest.raises(ValueError, match="effective batch"):
        SftConfig.model_validate({"batch": 8, "device_batch": 3})
    from colloque.train import launch

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DependencyError, match="deepspeed") as caught:
        accelerate_command(tmp_path, LaunchConfig(by="accelerate", setup="zero3"), True)
    assert caught.value.hint == "pip install deepspeed"
    with pytest.raises(DependencyError, match="ray"):
        launch._ray(tmp_path / "run.json", LaunchConfig(by="ray", processes=2), True)
    with pytest.raises(RemoteRefused, match=r"10\.0\.0\.7"):
        launch._ray(tmp_path / "run.json", LaunchConfig(by="ray", address="10.0.0.7:6379"), True)


@pytest.mark.parametrize(("share", "most", "wanted"), [(16, 5, 4), (7, 5, 1), (12, 100, 12), (1, 0, 1), (30, 16, 15)])
def test_the_share_of_a_device_divides_the_batch(share: int, most: int, wanted: int) -> None:
    from colloque.train.layout import divided

    assert divided(share, most) == wanted


def test_the_commands_of_the_documentation_are_parsed() -> None:
    """Every `colloque` command of docs/training.md and of the sbatch file has options that its verb knows, and files that are there."""
    import shlex

    from typer.main import get_command

    from colloque.cli import app
    from colloque.config import load_config

    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    text = "".join(page.split("```")[1::2])
    text += (ROOT / "examples" / "launch" / "colloque.sbatch").read_text(encoding="utf-8")
    commands = [line.strip() for line in text.splitlines() if line.strip().startswith("colloque ")]
    assert len(commands) >= 8 and any("--processes 8" in c for c in commands)
    group: Any = get_command(app)
    for command in commands:
        words = shlex.split(command.split("#")[0].replace("$((8 * SLURM_NNODES))", "16").replace("$SLURM_NNODES", "2"))
        verb = group.commands[words[1]]
        made = verb.make_context(words[1], words[2:], resilient_parsing=False)
        config = made.params.get("config")
        assert config is None or load_config(ROOT / config)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("dataset"), 160, 16)


def figures_of(folder: Path) -> Any:
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def two(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Figures of a run in two processes."""
    return figures_of(ran(tmp_path_factory.mktemp("two"), dataset, TWO))


def ran(folder: Path, dataset: Path, launch: Any) -> Path:
    config = SftConfig.model_validate({**QUICK, "launch": launch})
    run_sft(Context(folder=folder, inputs={"dataset": dataset}, seed=3), config)
    return folder


def same_within_one_per_cent(one: Any, two: Any) -> None:
    assert two["held_out"]["loss"] == pytest.approx(one["held_out"]["loss"], rel=0.01)
    pairs = zip(one["curves"]["train"], two["curves"]["train"], strict=True)
    assert all(b[1] == pytest.approx(a[1], rel=0.01) for a, b in pairs)


@pytest.mark.slow
def test_two_processes_over_gloo_end_where_one_does(dataset: Path, two: Any, tmp_path: Path) -> None:
    one = figures_of(ran(tmp_path / "one", dataset, {}))
    assert two["layout"]["processes"] == 2 and two["layout"]["device_batch"] == one["layout"]["device_batch"] / 2
    same_within_one_per_cent(one, two)


PROGRAM = """
import sys, json
from pathlib import Path
from colloque.errors import ColloqueError
from colloque.store import Context
from colloque.train import SftConfig, run_sft
config = SftConfig.model_validate(json.loads(sys.argv[3]))
try:
    run_sft(Context(folder=Path(sys.argv[1]), inputs={"dataset": Path(sys.argv[2])}, seed=3), config)
except ColloqueError as error:
    print("colloque: " + error.line(), file=sys.stderr)
    sys.exit(1)
"""


def workers(parent: int) -> list[int]:
    import psutil  # type: ignore[import-untyped]

    family = psutil.Process(parent).children(recursive=True)
    return [
        p.pid
        for p in family
        if p.cmdline()[-1:] and p.cmdline()[-1].endswith("run.json") and "launch" not in " ".join(p.cmdline())
    ]


@pytest.mark.slow
def test_a_killed_worker_ends_the_run_with_one_line_and_a_resume_goes_on(
    dataset: Path, two: Any, tmp_path: Path
) -> None:
    config = SftConfig.model_validate({**QUICK, "checkpoint_seconds": 0.0, "launch": TWO})
    context = Context(folder=tmp_path / "killed", inputs={"dataset": dataset}, seed=3)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(context.folder), str(dataset), config.model_dump_json()],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 120
    while time.monotonic() < until and not list((context.folder / ".work" / "checkpoints").glob("checkpoint-*/whole")):
        time.sleep(0.02)
    os.kill(workers(process.pid)[-1], signal.SIGKILL)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 1
    lines = [line for line in told.splitlines() if not line.startswith("sft: ")]
    assert len(lines) == 1 and "was killed or lost" in lines[0] and "goes on from the last checkpoint" in lines[0]
    run_sft(context, config)
    figures = figures_of(context.folder)
    assert 0 < figures["speed"]["steps_in_this_run"] < figures["steps"] == two["steps"]
    assert figures["model"] == two["model"]  # the same weights, bit for bit


@pytest.mark.slow
def test_an_error_in_a_worker_is_the_error_of_the_run(dataset: Path, tmp_path: Path) -> None:
    config = SftConfig.model_validate({**QUICK, "report_to": ["no_such_tracker"], "report_remote": True, "launch": TWO})
    with pytest.raises(RunError, match="no_such_tracker"):
        run_sft(Context(folder=tmp_path / "out", inputs={"dataset": dataset}), config)


def test_ray_train_is_asked_for_the_same_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module with Ray's names and arguments (2.60); the real one is used where it is installed, below."""
    from colloque.train import launch, worker

    asked: dict[str, Any] = {}

    class Trainer:
        def __init__(self, loop: Any, *, train_loop_config: Any, scaling_config: Any, run_config: Any) -> None:
            asked.update(loop=loop, config=train_loop_config, scaling=scaling_config, run=run_config)

        def fit(self) -> None:
            asked["fitted"] = True

    def plain(**settings: Any) -> Any:
        return settings

    modules = {
        "ray": SimpleNamespace(init=plain, shutdown=plain, exceptions=SimpleNamespace(RayError=OSError)),
        "ray.train": SimpleNamespace(FailureConfig=plain, RunConfig=plain, ScalingConfig=plain),
        "ray.train.torch": SimpleNamespace(TorchTrainer=Trainer),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(launch, "_needs", lambda package, install: None)
    launch._ray(tmp_path / "run.json", LaunchConfig(by="ray", processes=2), small=True)
    assert asked["fitted"] and asked["loop"] is worker.work_from
    assert asked["config"] == {"spec": str((tmp_path / "run.json").resolve())}
    assert asked["scaling"] == {"num_workers": 2, "use_gpu": False}


@pytest.mark.slow
def test_ray_train_ends_where_accelerate_does(dataset: Path, two: Any, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    same_within_one_per_cent(two, figures_of(ran(tmp_path / "ray", dataset, {"by": "ray", "processes": 2})))


def ray_workers(parent: int) -> list[int]:
    import psutil

    return [
        p.pid for p in psutil.Process(parent).children(recursive=True) if "TrainWorker" in " ".join(p.cmdline()[:1])
    ]


@pytest.mark.slow
def test_ray_goes_on_by_itself_after_a_lost_worker(dataset: Path, two: Any, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    launch = {"by": "ray", "processes": 2}
    config = SftConfig.model_validate({**QUICK, "checkpoint_seconds": 0.0, "launch": launch})
    folder = tmp_path / "ray"
    command = [sys.executable, "-c", PROGRAM, str(folder), str(dataset), config.model_dump_json()]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 180
    while time.monotonic() < until and not list((folder / ".work" / "checkpoints").glob("checkpoint-*/whole")):
        time.sleep(0.02)
    os.kill(ray_workers(process.pid)[-1], signal.SIGKILL)
    _, told = process.communicate(timeout=240)
    assert process.returncode == 0, told
    same_within_one_per_cent(two, figures_of(folder))


@pytest.mark.slow
def test_dpo_in_two_processes_shares_the_references_and_ends_where_one_does(tmp_path: Path) -> None:
    from dpo_fixtures import write_pairs, write_policy

    policy, pairs = write_policy(tmp_path / "policy"), write_pairs(tmp_path / "preferences.parquet", 40)
    figures = []
    for name, launch in (("one", {}), ("two", TWO)):
        context = Context(folder=tmp_path / name, inputs={"preferences": pairs, "policy": policy}, seed=3)
        run_dpo(
            context,
            DpoConfig.model_validate({"loss": "sigmoid", "threads": 1, "batch": 8, "keep": "last", "launch": launch}),
        )
        figures.append(figures_of(context.folder))
    one, two = figures
    assert two["speed"]["references_computed"] < one["speed"]["references_computed"] == one["pairs"]["read"]
    assert abs(two["first_step"]["largest_reward"]) < 1e-4
    # The last batch is short: accelerate fills it up for two.
    steps = zip(one["curves"]["loss"][:-1], two["curves"]["loss"][:-1], strict=True)
    assert all(b[1] == pytest.approx(a[1], rel=0.001) for a, b in steps)

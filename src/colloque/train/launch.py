"""Starts the processes that train together: `accelerate launch` on this machine or through Slurm, or Ray Train.

What they run is `worker.work`, the same function as in one process. A worker that dies ends the others and the run, with one
line; the same command goes on from the last checkpoint. Knows no trainer and no data.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from importlib import resources
from pathlib import Path

from colloque.errors import ConfigError, DependencyError, RemoteRefused, RunError
from colloque.progress import note
from colloque.store import Context, StageConfig, write_json
from colloque.train.config import LaunchConfig
from colloque.train.hardware import libraries

__all__ = ["accelerate_command", "launch", "setup_file"]

_TRL = {"ddp": "multi_gpu", "fsdp2": "fsdp2", "zero2": "zero2", "zero3": "zero3"}
"""Our words for TRL's configurations of accelerate."""


def launch(kind: str, context: Context, config: StageConfig, how: LaunchConfig, small: bool) -> None:
    """Run `kind` ("sft", "dpo", "reward") in `how.processes` workers until all are done.

    `small` keeps them on the processor (gloo). Raises RunError when a worker fails or dies, ConfigError, DependencyError,
    RemoteRefused (a Ray cluster elsewhere that is not allowed).
    """
    work = context.folder / ".work"
    spec = work / "run.json"
    write_json(
        spec,
        {
            "kind": kind,
            "context": context.model_dump(mode="json"),
            "config": config.model_dump(mode="json"),
            "small": small,
        },
    )
    (work / "failure.json").unlink(missing_ok=True)
    if how.by == "ray":
        _ray(spec, how, small)
    else:
        _run(accelerate_command(spec, how, small), kind, work)


def setup_file(setup: str) -> Path:
    """The accelerate configuration of that name (TRL's), or the team's own file. Raises ConfigError."""
    if setup in _TRL:
        return Path(str(resources.files("trl").joinpath("accelerate_configs", f"{_TRL[setup]}.yaml")))
    if not Path(setup).is_file():
        raise ConfigError("no such accelerate configuration", file=setup, hint=f"a file, or one of: {', '.join(_TRL)}")
    return Path(setup)


def accelerate_command(spec: Path, how: LaunchConfig, small: bool) -> list[str]:
    """The command that starts the workers; with several machines, `srun` starts one launcher on each."""
    if how.setup == "zero3" or how.setup == "zero2":
        _needs("deepspeed", "pip install deepspeed")
    bf16 = not small and libraries().cuda.is_available() and libraries().cuda.is_bf16_supported()
    command = [
        sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(setup_file(how.setup)),
        "--num_processes", str(how.processes), "--num_machines", str(how.machines),
        "--mixed_precision", "bf16" if bf16 else "no",
    ]  # fmt: skip
    tail = ["-m", "colloque.train.worker", str(spec.resolve())]
    if how.machines == 1:
        return [*command, "--main_process_port", str(_free_port()), *tail]
    if "SLURM_JOB_ID" not in os.environ:
        raise ConfigError(
            f"{how.machines} machines outside a Slurm job",
            hint="submit examples/launch/colloque.sbatch, or launch.by: ray",
        )
    command += ["--main_process_ip", socket.gethostname(), "--main_process_port", "29531"]
    inner = f"{shlex.join(command)} --machine_rank $SLURM_NODEID {shlex.join(tail)}"
    nodes = str(how.machines)
    return ["srun", "--nodes", nodes, "--ntasks", nodes, "--ntasks-per-node", "1", "bash", "-c", inner]


def _run(command: list[str], kind: str, work: Path) -> None:
    """Run the launcher to its end; its own many lines go to a log, the workers' progress to the terminal."""
    log = work / "launch.log"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (
        log.open("ab") as file,
        subprocess.Popen(
            command, stdout=file, stderr=subprocess.PIPE, env=environment, start_new_session=True,
            preexec_fn=_end_with_parent,
        ) as process,
    ):  # fmt: skip
        try:
            for line in process.stderr or ():
                file.write(line)
                file.flush()
                if line.startswith(f"{kind}: ".encode()):
                    note(line.decode(errors="replace").rstrip())
            code = process.wait()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
    if code:
        raise _failure(work, log)


def _failure(work: Path, log: Path) -> RunError:
    """What a worker said before it ended; a worker that was killed says nothing."""
    told = work / "failure.json"
    if told.exists():
        failure = json.loads(told.read_text(encoding="utf-8"))
        return RunError(failure["message"], hint=failure["hint"])
    return RunError(
        "a training process was killed or lost, the others were ended",
        hint=f"the same command goes on from the last checkpoint; what the launcher said: {log}",
    )


def _end_with_parent() -> None:
    """Let the launcher end when this process is killed: two runs in one folder would write the same files. Linux only."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _ray(spec: Path, how: LaunchConfig, small: bool) -> None:
    """The same worker under Ray Train. A lost worker is tried again once, from the last checkpoint."""
    if how.address and not how.allow_remote:
        raise RemoteRefused(
            f"the machines of {how.address} would read the dataset",
            hint="set launch.allow_remote: true, or remove launch.address",
        )
    _needs("ray", "pip install 'ray[train]'")
    import ray
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    from colloque.train.worker import work_from

    gpu = not small and libraries().cuda.is_available()
    ray.init(address=how.address or "local", ignore_reinit_error=True, log_to_driver=False, include_dashboard=False)
    try:
        TorchTrainer(
            work_from,
            train_loop_config={"spec": str(spec.resolve())},
            scaling_config=ScalingConfig(num_workers=how.processes, use_gpu=gpu),
            run_config=RunConfig(
                name="colloque",
                storage_path=str((spec.parent / "ray").resolve()),
                failure_config=FailureConfig(max_failures=1),
            ),
        ).fit()
    except ray.exceptions.RayError as error:
        raise _failure(spec.parent, spec.parent / "ray") from error
    finally:
        ray.shutdown()


def _needs(package: str, install: str) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise DependencyError(f"this launch needs a package that is missing: {package}", hint=install)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

"""What is decided for the hardware: method, type, attention, how the batch is shared; trackers under the remote rule."""

from pathlib import Path

import pytest

from colloque.errors import ConfigError, DependencyError, RemoteRefused
from colloque.train import SftConfig
from colloque.train.config import LoraConfig
from colloque.train.hardware import Hardware
from colloque.train.layout import lay_out, trackers

CPU = Hardware("cpu", bf16=False, gradient_checkpointing=False)
GPU = Hardware("cuda", bf16=True, gradient_checkpointing=True, memory=24_000_000_000)


@pytest.fixture
def large(tmp_path: Path) -> str:
    """A checkpoint whose weights say that they are 20 GB (a sparse file)."""
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(20_000_000_000)
    return str(tmp_path)


def sft(**settings: object) -> SftConfig:
    return SftConfig.model_validate(settings)


def test_an_embedded_model_is_trained_whole_on_either() -> None:
    on_cpu, on_gpu = lay_out(sft(), CPU, 300), lay_out(sft(size="30m", batch=64), GPU, 300)
    assert (on_cpu.method, on_cpu.dtype, on_cpu.checkpointing, on_cpu.device_batch) == ("full", "float32", False, 4)
    assert (on_gpu.method, on_gpu.dtype, on_gpu.device_batch, on_gpu.accumulation) == ("full", "float32", 32, 2)
    with pytest.raises(ConfigError, match="trained whole"):
        lay_out(sft(method="lora"), CPU, 300)


def test_a_checkpoint_gets_an_adapter_in_bfloat16_and_float32_when_trained_whole(tmp_path: Path) -> None:
    base = str(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"0" * 1000)
    adapter, whole = lay_out(sft(base=base), GPU, 300), lay_out(sft(base=base, method="full"), GPU, 300)
    assert (adapter.method, adapter.dtype) == ("lora", "bfloat16")
    assert (whole.method, whole.dtype) == ("full", "float32")
    assert lay_out(sft(base=base), CPU, 300).dtype == "float32"
    assert lay_out(sft(base=base, dtype="bfloat16"), CPU, 300).dtype == "bfloat16"


def test_a_large_checkpoint_is_kept_in_four_bits_where_that_is_installed(
    large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from colloque.train import layout

    there: set[str] = set()
    monkeypatch.setattr(layout, "_installed", lambda name: name in there)
    small_gpu = lay_out(sft(base=large, batch=8), GPU, 1024)
    assert (small_gpu.method, small_gpu.checkpointing, small_gpu.device_batch) == ("lora", True, 4)
    there |= {"bitsandbytes", "flash_attn"}
    found = lay_out(sft(base=large, batch=8), GPU, 1024)
    assert (found.method, found.attention) == ("qlora", "flash_attention_2")
    assert "qlora on cuda" in found.line("cuda") and "4 × 2 (accumulated) × 1" in found.line("cuda")
    assert lay_out(sft(base=large, method="lora", attention="sdpa"), GPU, 1024).attention == "sdpa"


def test_four_bits_without_the_package_name_it(large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from colloque.train import layout

    monkeypatch.setattr(layout, "_installed", lambda name: False)
    with pytest.raises(DependencyError, match="bitsandbytes") as caught:
        lay_out(sft(base=large, method="qlora"), GPU, 300)
    assert caught.value.hint == "pip install bitsandbytes"


def test_the_effective_batch_is_the_same_on_any_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    for processes in (1, 2, 4, 8):
        monkeypatch.setenv("WORLD_SIZE", str(processes))
        for hardware in (CPU, GPU):
            for longest in (40, 300, 2048, 100_000):
                found = lay_out(sft(batch=48), hardware, longest)
                assert found.device_batch * found.accumulation * found.processes == 48


def test_trackers_elsewhere_need_leave() -> None:
    assert trackers((), remote=False) == "none" and trackers(("tensorboard",), remote=False) == ["tensorboard"]
    with pytest.raises(RemoteRefused, match="wandb") as caught:
        trackers(("tensorboard", "wandb"), remote=False)
    assert "sft.report_remote" in caught.value.hint
    assert trackers(("wandb",), remote=True) == ["wandb"]


def test_the_adapter_is_on_all_linear_layers() -> None:
    pytest.importorskip("peft")
    from colloque.train.base import adapter

    made = adapter(LoraConfig(rank=8))
    assert (made.r, made.target_modules, made.task_type) == (8, "all-linear", "CAUSAL_LM")

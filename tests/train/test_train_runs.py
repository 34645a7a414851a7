"""SFT for real, small: what it leaves, that it repeats, that a kill -9 changes nothing (DPO: test_train_dpo.py)."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from talk_fixtures import consultation, write_dataset

from colloque.errors import InputError, RunError
from colloque.store import Context
from colloque.train import SftConfig

pytest.importorskip("trl")
pytestmark = pytest.mark.slow

QUICK = {"size": "0.3m", "vocabulary": 400, "checkpoint_seconds": 0.0}
PROGRAM = """
import sys
from pathlib import Path
from colloque.store import Context
from colloque.train import SftConfig, run_sft
kind, folder, dataset = sys.argv[1:]
run_sft(Context(folder=Path(folder), inputs={{"dataset": Path(dataset)}}, seed=3), SftConfig(**{options!r}))
"""


def start(kind: str, folder: Path, *inputs: Path, **options: object) -> "subprocess.Popen[bytes]":
    program = PROGRAM.format(options=options)
    return subprocess.Popen([sys.executable, "-c", program, kind, str(folder), *map(str, inputs)])


def finish(kind: str, folder: Path, *inputs: Path, **options: object) -> bytes:
    assert start(kind, folder, *inputs, **options).wait(timeout=300) == 0
    return (folder / "model" / "model.safetensors").read_bytes()


def kill_after_checkpoints(process: "subprocess.Popen[bytes]", folder: Path, count: int) -> None:
    """kill -9 once so many checkpoints were begun: it may fall into the writing of one."""
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        numbers = [int(p.name.split("-")[1]) for p in (folder / ".work" / "checkpoints").glob("checkpoint-*")]
        if numbers and max(numbers) >= count:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    assert process.wait(timeout=60) == -signal.SIGKILL


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("dataset"), 320, 24)


@pytest.fixture(scope="module")
def sft(tmp_path_factory: pytest.TempPathFactory, dataset: Path) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "sft"
    finish("sft", folder, dataset, **QUICK)
    return folder


def test_sft_leaves_a_checkpoint_with_its_template_and_figures(sft: Path) -> None:
    names = {path.name for path in (sft / "model").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= names
    assert not (sft / ".work").exists()
    figures = json.loads((sft / "figures.json").read_text(encoding="utf-8"))
    assert figures["data"]["train"]["trained_tokens_lost"] == 0
    assert figures["curves"]["train"][0][1] > 2 * figures["curves"]["train"][-1][1]
    assert figures["held_out"]["tokens"] == figures["data"]["validation"]["trained_tokens"]


def test_sft_killed_twice_ends_with_the_same_weights_and_curves(sft: Path, dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sft"
    for count in (9, 27):
        kill_after_checkpoints(start("sft", folder, dataset, **QUICK), folder, count)
    assert finish("sft", folder, dataset, **QUICK) == (sft / "model" / "model.safetensors").read_bytes()
    whole, resumed = (json.loads((f / "figures.json").read_text(encoding="utf-8")) for f in (sft, folder))
    assert resumed["speed"]["steps_in_this_run"] < whole["speed"]["steps_in_this_run"]
    for figures in (whole, resumed):
        figures.pop("speed")
    assert resumed == whole


def test_scoring_trained_positions_alone_changes_no_loss_and_no_gradient(sft: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM
    from trl.trainer import utils

    from colloque.train.trainer import score_trained_positions

    results = []
    stock = utils._use_triton
    for compact in (False, True):
        utils._use_triton = stock
        if compact:
            score_trained_positions()
        model = AutoModelForCausalLM.from_pretrained(sft / "model")
        utils.add_fused_lm_head(model)
        torch.manual_seed(0)
        ids = torch.randint(5, 200, (4, 40))
        labels = ids.masked_fill(torch.rand(4, 40) < 0.7, -100)
        out = model(input_ids=ids, labels=labels, fused_lm_head=True)
        out.loss.backward()
        results.append((out.log_probs.detach(), [p.grad for p in model.parameters()]))
    utils._use_triton = stock
    assert torch.allclose(results[0][0], results[1][0], atol=1e-6)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(results[0][1], results[1][1], strict=True))


def test_too_much_lost_to_cutting_is_refused(dataset: Path, tmp_path: Path) -> None:
    from colloque.train import run_sft

    with pytest.raises(RunError, match="loses"):
        run_sft(
            Context(folder=tmp_path, inputs={"dataset": dataset}), SftConfig(**QUICK, max_length=32, lost_share=0.0)
        )


def test_a_folder_without_a_dataset_names_the_file(tmp_path: Path) -> None:
    from colloque.train import run_sft

    with pytest.raises(InputError, match=r"train\.parquet"):
        run_sft(Context(folder=tmp_path / "out", inputs={"dataset": tmp_path}), SftConfig())


def test_replies_repeat_whatever_the_batch_and_never_hold_a_mark(sft: Path) -> None:
    from colloque.llm.local import LocalModel
    from colloque.llm.model import Request, Sampling

    def asked(number: int, draw: int, heat: float = 1.0) -> Request:
        messages = consultation(number // 2, 9)[: 1 + 2 * (number % 2)]
        return Request(
            id=f"o-{number}", messages=messages, sampling=Sampling(temperature=heat, max_tokens=40, draw=draw)
        )

    requests = [asked(n, d) for n in range(40) for d in range(3)]
    model = LocalModel(sft, batch_size=32)
    replies = model.complete(requests)
    again = LocalModel(sft, batch_size=7).complete(requests[10:30])
    assert [r.text for r in again] == [r.text for r in replies[10:30]]
    assert all("<|" not in r.text and r.text == r.text.strip() for r in replies)
    assert all((r.finish == "stop") == (r.completion_tokens <= 40 and r.finish != "length") for r in replies)
    assert len({r.text for r in replies[:3]}) > 1
    assert model.name == f"sft-{json.loads((sft / 'figures.json').read_text(encoding='utf-8'))['model']}"
    greedy = [model.complete([asked(n, d, heat=0.0)])[0].text for n in range(4) for d in range(2)]
    assert greedy[::2] == greedy[1::2]


def test_greedy_replies_equal_those_of_transformers(sft: Path) -> None:
    """Left padding, positions and the grown cache against `generate`, prompt by prompt."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from colloque.llm.local import LocalModel
    from colloque.llm.model import Request, Sampling

    tokenizer = AutoTokenizer.from_pretrained(sft / "model")
    reference = AutoModelForCausalLM.from_pretrained(sft / "model")
    talks = [consultation(n, 9)[: 1 + 2 * (n % 3)] for n in range(12)]
    sampling = Sampling(temperature=0.0, max_tokens=24)
    got = LocalModel(sft).complete([Request(id=str(i), messages=t, sampling=sampling) for i, t in enumerate(talks)])
    for talk, reply in zip(talks, got, strict=True):
        chat = [m.model_dump() for m in talk]
        inputs = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        with torch.no_grad():
            out = reference.generate(**inputs, do_sample=False, temperature=None, max_new_tokens=24)
        words = tokenizer.decode(out[0, inputs["input_ids"].size(1) :], skip_special_tokens=True).strip()
        assert reply.text == words.rstrip("\ufffd").strip()

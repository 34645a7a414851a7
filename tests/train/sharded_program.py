"""Run by torchrun in two processes: a model in FSDP2's shares, measured and written by the project's own functions.

Accelerate offers FSDP on GPUs alone; here torch's `fully_shard` cuts the model over gloo, and a stand-in for the trainer
hands it on as accelerate would.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from talk_fixtures import consultation

from colloque.train.hardware import libraries


def main(folder: Path) -> None:
    torch = libraries()
    from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard
    from transformers import AutoModelForCausalLM

    from colloque.train.base import embedded_model, embedded_tokenizer
    from colloque.train.data import read_examples, write_examples
    from colloque.train.examples import Ledger, encode
    from colloque.train.measure import held_out_loss
    from colloque.train.running import publish
    from colloque.train.sharded import gathered

    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    talks = [consultation(i) for i in range(20)]
    tokenizer = embedded_tokenizer((m.content for talk in talks for m in talk), 400)
    file = folder / f"examples-{rank}.arrow"
    write_examples(file, encode(tokenizer, None, talks, 2048, Ledger()))
    rows = read_examples(file)
    plain, model = embedded_model("0.3m", tokenizer, 0), embedded_model("0.3m", tokenizer, 0)
    mesh = init_device_mesh("cpu", (2,))
    for layer in model.model.layers:
        fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)

    def whole(wrapped: Any) -> Any:
        return get_model_state_dict(wrapped, options=StateDictOptions(full_state_dict=True, cpu_offload=True))

    accelerator = SimpleNamespace(unwrap_model=lambda wrapped: wrapped, get_state_dict=whole)
    trainer = SimpleNamespace(
        is_fsdp_enabled=True, is_deepspeed_enabled=False, accelerator=accelerator, model=model, model_wrapped=model
    )
    own = sum(p.to_local().numel() for p in model.parameters())
    losses = [held_out_loss(plain, rows, "cpu")[0], held_out_loss(model, rows, "cpu", whole=True)[0]]
    found, state = gathered(trainer)
    if rank == 0:
        publish(found, tokenizer, folder / "model", state)
        back = AutoModelForCausalLM.from_pretrained(folder / "model")
        same = all(torch.equal(a, b) for a, b in zip(plain.parameters(), back.parameters(), strict=True))
        share = own / sum(p.numel() for p in plain.parameters())
        (folder / "told.json").write_text(
            json.dumps({"losses": losses, "same": same, "share": share}), encoding="utf-8"
        )
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

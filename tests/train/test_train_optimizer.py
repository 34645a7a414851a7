"""Muon and AdamW in one optimizer: equal to torch's own, and the same after a save and a load."""

import io
from typing import Any

import pytest

pytest.importorskip("torch")
pytestmark = pytest.mark.slow


def _body(seed: int) -> Any:
    import torch

    class Body(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(seed)
            self.embedding = torch.nn.Embedding(40, 16)
            self.up = torch.nn.Linear(16, 24, bias=False)
            self.gate = torch.nn.Linear(16, 24, bias=False)
            self.down = torch.nn.Linear(24, 16, bias=False)
            self.norm = torch.nn.LayerNorm(16)
            self.head = torch.nn.Linear(16, 40, bias=False)

        def get_input_embeddings(self) -> Any:
            return self.embedding

        def get_output_embeddings(self) -> Any:
            return self.head

        def forward(self, ids: Any) -> Any:
            x = self.embedding(ids)
            return self.head(self.norm(x + self.down(self.up(x) * self.gate(x).sigmoid())))

    return Body()


def _steps(model: Any, optimizers: list[Any], count: int, seed: int) -> None:
    import torch

    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        ids = torch.randint(0, 40, (8, 12), generator=generator)
        loss = torch.nn.functional.cross_entropy(model(ids).flatten(0, 1), ids.roll(1).flatten())
        model.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()


def test_adamw_is_torchs_and_muon_is_torchs_up_to_its_bfloat16() -> None:
    import torch

    from colloque.train.optimizer import muon_adamw

    ours, theirs = _body(0), _body(0)
    matrices = [theirs.up.weight, theirs.gate.weight, theirs.down.weight]
    others = [p for p in theirs.parameters() if all(p is not m for m in matrices)]
    muon = torch.optim.Muon(matrices, lr=0.02, weight_decay=0.0)
    adamw = torch.optim.AdamW(others, lr=5e-3, betas=(0.9, 0.95), weight_decay=0.0)
    _steps(ours, [muon_adamw(ours, 0.02, 5e-3)], 1, 1)
    _steps(theirs, [muon, adamw], 1, 1)
    for (name, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        near = 2e-3 if name.split(".")[0] in ("up", "gate", "down") else 1e-6
        assert torch.allclose(mine, other, atol=near), name


def test_a_saved_optimizer_goes_on_bit_for_bit() -> None:
    import torch

    from colloque.train.optimizer import muon_adamw

    whole = _body(0)
    optimizer = muon_adamw(whole, 0.02, 5e-3)
    _steps(whole, [optimizer], 5, 1)
    file = io.BytesIO()
    torch.save({"model": whole.state_dict(), "optimizer": optimizer.state_dict()}, file)
    _steps(whole, [optimizer], 5, 2)
    file.seek(0)
    saved = torch.load(file, weights_only=True)
    resumed = _body(9)
    resumed.load_state_dict(saved["model"])
    other = muon_adamw(resumed, 0.02, 5e-3)
    other.load_state_dict(saved["optimizer"])
    _steps(resumed, [other], 5, 2)
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))

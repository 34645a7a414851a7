"""Muon for the matrices, AdamW for the rest, as one torch optimizer that is saved and resumed whole.

At the embedded base's size the optimizer decides more than the size (docs/notebook.md): 19 % wrong turns with Muon,
50 % with AdamW alone, same data. Knows nothing of language.
"""

from typing import Any

__all__ = ["muon_adamw"]

# Quintic Newton-Schulz coefficients, steps and momentum of K. Jordan's Muon; torch.optim.Muon has the same. It is not
# used itself: it works matrix by matrix in bfloat16, which a processor without bf16 units does slowly.
_NS = (3.4445, -4.7750, 2.0315)
_NS_STEPS = 5
_MOMENTUM = 0.95
_BETAS = (0.9, 0.95)


def muon_adamw(model: Any, muon_rate: float, adamw_rate: float, weight_decay: float = 0.0) -> Any:
    """The combined optimizer for a causal model: 2-D weights inside the layers to Muon, embeddings, head, norms to AdamW."""
    embedded = {id(module.weight) for module in (model.get_input_embeddings(), model.get_output_embeddings()) if module}
    trained = [p for p in model.parameters() if p.requires_grad]
    matrices = [p for p in trained if p.ndim == 2 and id(p) not in embedded]
    others = [p for p in trained if p.ndim != 2 or id(p) in embedded]
    groups = [
        {"params": matrices, "lr": muon_rate, "kind": "muon", "weight_decay": weight_decay},
        {"params": others, "lr": adamw_rate, "kind": "adamw", "weight_decay": 0.0},
    ]
    return _optimizer_class()([group for group in groups if group["params"]])


def _optimizer_class() -> Any:
    import torch

    class MuonAdamW(torch.optim.Optimizer):  # type: ignore[misc]
        """Each group's `kind` says which rule moves it."""

        def __init__(self, groups: list[dict[str, Any]]) -> None:
            super().__init__(groups, {"lr": 0.0, "kind": "adamw", "weight_decay": 0.0})

        @torch.no_grad()  # type: ignore[untyped-decorator]
        def step(self, closure: Any = None) -> Any:
            loss = None
            if closure is not None:
                with torch.enable_grad():
                    loss = closure()
            for group in self.param_groups:
                moved = [p for p in group["params"] if p.grad is not None]
                (_muon_step if group["kind"] == "muon" else _adamw_step)(self.state, moved, group)
            return loss

    return MuonAdamW


def _muon_step(state: Any, params: list[Any], group: dict[str, Any]) -> None:
    """Nesterov momentum, orthogonalised; matrices of one shape go through Newton-Schulz together."""
    import torch

    shapes: dict[tuple[int, ...], list[Any]] = {}
    for p in params:
        shapes.setdefault(tuple(p.shape), []).append(p)
    for (rows, columns), same in shapes.items():
        for p in same:
            state[p].setdefault("momentum", torch.zeros_like(p))
        buffers = [state[p]["momentum"] for p in same]
        gradients = [p.grad for p in same]
        torch._foreach_lerp_(buffers, gradients, 1 - _MOMENTUM)
        directions = torch.stack(torch._foreach_lerp(gradients, buffers, _MOMENTUM))
        rate = group["lr"] * max(1.0, rows / columns) ** 0.5
        if group["weight_decay"]:
            torch._foreach_mul_(same, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(same, list(_orthogonal(directions).unbind(0)), alpha=-rate)


def _orthogonal(stack: Any) -> Any:
    """Newton-Schulz on a stack of matrices (n, rows, columns): singular values pushed towards 1."""
    import torch

    a, b, c = _NS
    wide = stack if stack.size(1) <= stack.size(2) else stack.mT
    x = wide / wide.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(_NS_STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x if stack.size(1) <= stack.size(2) else x.mT


def _adamw_step(state: Any, params: list[Any], group: dict[str, Any]) -> None:
    """AdamW (Loshchilov and Hutter 2019), eps 1e-8, on all tensors of the group at once."""
    import torch

    if not params:
        return
    for p in params:
        if not state[p]:
            state[p].update(step=0, mean=torch.zeros_like(p), square=torch.zeros_like(p))
        state[p]["step"] += 1
    first, second = _BETAS
    gradients = [p.grad for p in params]
    means, squares = [state[p]["mean"] for p in params], [state[p]["square"] for p in params]
    torch._foreach_lerp_(means, gradients, 1 - first)
    torch._foreach_mul_(squares, second)
    torch._foreach_addcmul_(squares, gradients, gradients, value=1 - second)
    if group["weight_decay"]:
        torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
    steps = [state[p]["step"] for p in params]
    roots = torch._foreach_sqrt(squares)
    torch._foreach_div_(roots, [(1 - second**n) ** 0.5 for n in steps])
    torch._foreach_add_(roots, 1e-8)
    updates = torch._foreach_div(means, roots)
    torch._foreach_mul_(updates, [-group["lr"] / (1 - first**n) for n in steps])
    torch._foreach_add_(params, updates)

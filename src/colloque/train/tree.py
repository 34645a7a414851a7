"""Each shared token of a micro-batch once: rows with a common beginning become one tree of tokens.

Two replies to one opening share the opening, openings of one dialogue share its course. Folding is exact: in its tree a
token has its own row's past and nothing else. Knows rows of token ids; no model, no loss, no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Forest", "Piece", "fold"]

Piece = tuple[int, int, Any]
"""One tree of the forest: tokens of its first row, tokens of its other branches, and what these may see, a boolean matrix
(branch tokens, tree tokens), or None where there is no other branch."""


@dataclass(frozen=True)
class Forest:
    """Rows as trees. `ids` and `depths` (1, tokens): each token once, and its place in its row; `gather` (rows, longest): where
    each token of a row went (padding: the first token); `pieces`: the trees, in the order of their tokens."""

    ids: Any
    depths: Any
    gather: Any
    pieces: tuple[Piece, ...]


@dataclass
class _Tree:
    """A tree that grows: the batch's rows and columns of its tokens, each row's path through them."""

    first: int
    size: int = 0
    tokens: list[Any] = field(default_factory=list)
    paths: dict[int, Any] = field(default_factory=dict)

    def grow(self, row: int, length: int, trunk: Any) -> None:
        """Add a row that follows `trunk`, the beginning of another row's path, and then has tokens of its own."""
        import torch

        own = torch.arange(len(trunk), length)
        self.paths[row] = torch.cat([trunk, torch.arange(self.size, self.size + len(own))])
        self.tokens.append(torch.stack([torch.full_like(own, row), own]))
        self.size += len(own)

    def joined(self, own: int, linear: float) -> float:
        """What a row with so many tokens of its own costs here: they see the whole tree, and widen it for the other branches."""
        return own * (linear + self.size + own + self.size - self.first)


def fold(ids: Any, mask: Any, linear: float) -> Forest:
    """Fold rows padded on the right, `ids` and `mask` (rows, longest). `linear`: the number of keys to look at which costs a token
    as much as the layers' matrices do.

    The longest row of a tree comes first, so that most of the tree is one causal stretch. A row joins the row with which it
    shares most, where that is cheaper than to stand alone: matrices are saved, but attention becomes wider.
    """
    import torch

    ids, lengths = ids.cpu(), mask.sum(dim=1).tolist()
    order = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    trees: list[_Tree] = []
    home: dict[int, _Tree] = {}
    for place, row in enumerate(order):
        length, tree, trunk = lengths[row], None, torch.arange(0)
        if place:
            same = (ids[order[:place], :length] == ids[row, :length]).int().cumprod(dim=1).sum(dim=1)
            nearest = int(same.argmax())
            shared, near = int(same[nearest]), home[order[nearest]]
            if shared and near.joined(length - shared, linear) < length * (linear + length / 2):
                tree, trunk = near, near.paths[order[nearest]][:shared]
        if tree is None:
            trees.append(tree := _Tree(first=length))
        tree.grow(row, length, trunk)
        home[row] = tree
    return _planted(ids, trees)


def _planted(ids: Any, trees: Sequence[_Tree]) -> Forest:
    """The trees side by side, with what each branch may see: tokens of its own path, up to itself."""
    import torch

    gather = torch.zeros_like(ids)
    pieces: list[Piece] = []
    start = 0
    for tree in trees:
        rest = tree.size - tree.first
        sees = torch.zeros(rest, tree.size, dtype=torch.bool) if rest else None
        for row, path in tree.paths.items():
            gather[row, : len(path)] = path + start
            own = path[path >= tree.first]
            if sees is not None and len(own):
                sees[own[:, None] - tree.first, path] = path <= own[:, None]
        pieces.append((tree.first, rest, sees))
        start += tree.size
    rows, columns = torch.cat([tokens for tree in trees for tokens in tree.tokens], dim=1)
    return Forest(ids[rows, columns][None], columns[None], gather, tuple(pieces))

"""A batch model with a journal: nothing whole is computed twice, and batches are those of a run that nobody killed."""

from collections.abc import Sequence
from pathlib import Path

from colloque.config import parse_config
from colloque.core import Message
from colloque.llm import Reply, Request, Sampling
from colloque.llm.kept import Kept
from colloque.store.journal import Journal


class Batches:
    """Each reply tells the batch that it was made in, as a sampler's floating point may."""

    name, places = "batches", 4

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked.append([request.id for request in requests])
        return [
            Reply(text=f"{r.id} of {len(requests)}", model=self.name, prompt_tokens=2, completion_tokens=3)
            for r in requests
        ]


def requests(count: int) -> list[Request]:
    return [Request(id=str(i), messages=(Message(role="user", content=str(i)),)) for i in range(count)]


def kept(journal: Journal) -> tuple[Kept, Batches]:
    model = Batches()
    return Kept(model, journal, Sampling(temperature=0.4)), model


def test_whole_batches_are_recalled_and_a_broken_one_is_made_again_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    first, model = kept(journal)
    said = first.complete(requests(10))
    assert [len(batch) for batch in model.asked] == [4, 4, 2]
    assert first.name == "batches" and first.sampling.temperature == 0.4
    broken = next(entry for entry in journal.entries() if entry.request == "5")
    journal.write(broken._replace(state="failed"))
    again, model = kept(journal)
    assert again.complete(requests(10)) == said
    assert model.asked == [["4", "5", "6", "7"]], "the second batch alone, and all of it"
    journal.close()


def test_a_checkpoint_s_folder_is_read_from_the_configuration_s_own(tmp_path: Path) -> None:
    models = {
        "author": {"path": "strong", "fallback": {"path": "other"}},
        "judge": {"base_url": "http://127.0.0.1:1/v1", "model": "m"},
    }
    author = parse_config({"models": models}, file=tmp_path / "run.yaml").models.author
    assert author is not None and author.fallback is not None
    assert (author.path, author.fallback.path) == (tmp_path / "strong", tmp_path / "other")

"""Pairs per minute: replies drawn, judged and paired by the preference stage, beside one-by-one generation with plain transformers.

    python bench/preferences.py --model WORKSPACE/sft/model --dialogues WORKSPACE/write/dialogues [--openings 2000] [--beside 100]

Both sides draw four replies to the same openings at the same temperature, judge every two of them in both orders with the
rubric, and keep the best against the worst. The plain side calls `generate` once a reply, as a loop in a script would. Both
are timed apart for drawing and for judging; CPU seconds are of all processes with their threads. The machine should be quiet.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from colloque.core import Candidate, Opening, messages_from
from colloque.judge import RubricJudge
from colloque.llm import LocalModel
from colloque.prefer import OpeningsConfig, PreferConfig, run_openings
from colloque.prefer.draw import alike, draw_replies, draw_shards, word_list
from colloque.prefer.pairs import best_against_worst, judge_all
from colloque.prefer.records import Drawn
from colloque.store import Context, read_records


class Side(NamedTuple):
    """What one side did: openings, replies drawn, pairs, seconds (wall and CPU) of drawing and of judging."""

    openings: int
    replies: int
    pairs: int
    drawing: float
    judging: float
    cpu: float

    def told(self) -> str:
        """One line."""
        whole = self.drawing + self.judging
        return (
            f"{self.openings} openings, {self.replies} replies, {self.pairs} pairs: drawing {self.drawing:.1f} s "
            f"({self.replies / self.drawing:.0f} replies/s), judging {self.judging:.1f} s, CPU {self.cpu:.1f} s; "
            f"{60 * self.pairs / whole:.0f} pairs a minute"
        )


def measured(openings: Sequence[Opening], draw: Callable[[Sequence[Opening]], list[Drawn]]) -> Side:
    """Draw, then judge."""
    begun, cpu = time.perf_counter(), spent()
    rows = draw(openings)
    drawn = time.perf_counter()
    judge, pairs = RubricJudge(), 0
    for row in rows:
        pairs += best_against_worst(judge_all([row], judge)) is not None
    done = time.perf_counter()
    replies = sum(row.asked for row in rows)
    return Side(len(openings), replies, pairs, drawn - begun, done - drawn, spent() - cpu)


def spent() -> float:
    """Processor seconds of this process and of its ended children."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def plain(folder: Path, config: PreferConfig, threads: int) -> Callable[[Sequence[Opening]], list[Drawn]]:
    """The loop that a script would have: one prompt, one `generate`, until four replies differ or eight were drawn."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(threads)
    torch.manual_seed(17)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def one(opening: Opening) -> Drawn:
        chat = [message.model_dump() for message in messages_from(opening.turns)]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        row = Drawn(opening=opening)
        while len(row.candidates) < config.draws and row.asked < config.draws + config.extra:
            with torch.inference_mode():
                out = model.generate(
                    **ids, do_sample=True, temperature=config.temperature, top_k=0, top_p=1.0,
                    max_new_tokens=config.max_tokens, pad_token_id=tokenizer.pad_token_id,
                )  # fmt: skip
            text = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True).strip()
            words = word_list(text)
            new = words and not any(alike(words, word_list(c.text)) >= config.near for c in row.candidates)
            candidates = (
                (*row.candidates, Candidate(text=text, draw=row.asked, model="plain")) if new else row.candidates
            )
            row = row.model_copy(update={"asked": row.asked + 1, "candidates": candidates})
        return row

    return lambda openings: [one(opening) for opening in openings]


def chosen(options: argparse.Namespace) -> list[Opening]:
    """The openings, drawn once into the work folder."""
    place = options.work / "openings.parquet"
    if not place.exists():
        context = Context(folder=options.work, inputs={"dialogues": options.dialogues}, seed=17)
        run_openings(context, OpeningsConfig(count=options.openings, mined=0.0))
    return list(read_records(place, Opening))[: options.openings]


def one_side(options: argparse.Namespace) -> Side:
    """Measure one side in this process, after everything is loaded."""
    openings, config = chosen(options), PreferConfig(temperature=0.8)
    if options.side == "plain":
        some = openings[:: max(1, len(openings) // options.beside)][: options.beside]
        draw = plain(options.model, config, options.threads)
        draw(openings[:1])
        return measured(some, draw)
    model = LocalModel(options.model)
    draw_replies(openings[:2], model, config, 1)
    return measured(openings, lambda all_of_them: drawn_by(all_of_them, model, config, options.workers))


def drawn_by(openings: Sequence[Opening], model: LocalModel, config: PreferConfig, workers: int) -> list[Drawn]:
    """As the stage does: in shards, over processes; their start is part of the time."""
    shards = [openings[start : start + config.shard] for start in range(0, len(openings), config.shard)]
    return [row for rows in draw_shards(shards, model, config, 17, workers) for row in rows]


def beside(options: argparse.Namespace) -> None:
    """Each side in a process of its own, so that neither has the other's threads; the medians of the repetitions."""
    rates: dict[str, list[tuple[float, float]]] = {"plain": [], "colloque": []}
    chosen(options)
    for _ in range(options.repeat):
        for side, found in rates.items():
            command = [sys.executable, __file__, *sys.argv[1:], "--side", side]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            got = Side(*json.loads(done.stdout))
            print(f"{side}: {got.told()}", flush=True)
            found.append((60 * got.pairs / (got.drawing + got.judging), got.cpu / got.pairs))
    (wall, cpu), (ours, our_cpu) = (
        [statistics.median(column) for column in zip(*rates[side], strict=True)] for side in ("plain", "colloque")
    )
    print(
        f"pairs a minute: {wall:.0f} and {ours:.0f}, × {ours / wall:.1f}; CPU seconds a pair: {cpu:.3f} and {our_cpu:.3f}, × {cpu / our_cpu:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--dialogues", type=Path, required=True)
    parser.add_argument("--openings", type=int, default=2000)
    parser.add_argument("--beside", type=int, default=100, help="openings of the plain side")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads of the plain side")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of colloque's side")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path("workspace/bench-preferences"))
    parser.add_argument("--side", choices=("plain", "colloque"), help="measure one side, in this process")
    options = parser.parse_args()
    if options.side:
        print(json.dumps(one_side(options)))
    else:
        beside(options)


if __name__ == "__main__":
    main()

"""How well the endpoint client uses a server, what faults cost it, and what a kill -9 costs: all against the stub server.

    python bench/endpoint.py throughput   share of the ideal greedy schedule, processor, memory, connections; peers beside
    python bench/endpoint.py turns        the same for 200 dialogues of seven calls that depend on one another
    python bench/endpoint.py faults       2,000 calls through 429, 500, resets, truncation and poison rows
    python bench/endpoint.py kill         ten kill -9 in a 2,000-call run of author, reformulator and judge

Each client runs in a process of its own, imports counted; the stub in another. Latencies are the same for all, by the
number of the call. Figures are ratios against a schedule computed from those latencies: no timed threshold here.
"""

import argparse
import heapq
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

from endpoint_clients import messages

from colloque.core import Message
from colloque.llm.stub import StubOptions, is_poison, stub_latencies, stub_latency
from colloque.llm.stub_process import StubProcess
from colloque.store.journal import Journal

PEERS = Path(os.environ.get("PEERS", Path.home() / ".cache" / "colloque-peers"))
"""Folder of the peers' own environments, `PEERS/distilabel/bin/python` and so on: peers do not go into ours. How to make them
is in docs/benchmarks.md; one that is not there is skipped, with that as its reason."""
FRAMEWORKS = ("distilabel", "curator", "designer")
HERE = Path(__file__).resolve().parent
LATENCY = StubOptions(latency_s=0.5, sigma=0.4, tail=0.03, tail_times=10.0, seed=7)
FAULTS = LATENCY.model_copy(
    update={
        "latency_s": 0.2, "tail": 0.0, "throttled": 0.05, "failed": 0.03, "reset": 0.02, "truncated": 0.03,
        "poison": 0.01,
    }
)  # fmt: skip


def greedy(latencies: list[float], places: int) -> float:
    """Seconds that a perfect pool takes: each call, in order, begins as soon as a place is free."""
    free = [0.0] * places
    for latency in latencies:
        heapq.heappush(free, heapq.heappop(free) + latency)
    return max(free)


def greedy_chains(chains: list[list[float]], places: int, *, in_turn: bool) -> float:
    """The same for dialogues of dependent calls. `in_turn`: a place takes one dialogue to its end; else all take turns."""
    waiting = deque((chain, 0) for chain in range(len(chains)))
    running: list[tuple[float, int, int]] = []
    now = 0.0
    while waiting or running:
        while waiting and len(running) < places:
            chain, step = waiting.popleft()
            heapq.heappush(running, (now + chains[chain][step], chain, step + 1))
        now, chain, step = heapq.heappop(running)
        if step < len(chains[chain]):
            (waiting.appendleft if in_turn else waiting.append)((chain, step))
    return now


def run_client(name: str, stub: StubProcess, calls: int, places: int, turns: int = 1) -> dict[str, Any]:
    """One client in a fresh process; what it and the server say of the run."""
    stub.reset()
    before = stub.stats()["connections"]
    if name in FRAMEWORKS:
        python = PEERS / name / "bin" / "python"
        if not python.exists():
            return {"client": name, "error": f"{python} is not there: it was not installed"}
        command = [str(python), str(HERE / "endpoint_peers.py"), name, stub.base_url, str(calls), str(places)]
    else:
        command = [
            sys.executable,
            str(HERE / "endpoint_clients.py"),
            name,
            stub.base_url,
            str(calls),
            str(places),
            str(turns),
        ]
    with tempfile.TemporaryDirectory() as folder:
        command += [] if name in FRAMEWORKS else [folder]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=900)
        except subprocess.TimeoutExpired:
            return {"client": name, "error": "not done after 900 s"}
    if done.returncode:
        return {"client": name, "error": (done.stderr.strip().splitlines() or ["?"])[-1][:160]}
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    seen = stub.stats()
    return {
        "client": name, "seconds": seen["seconds"], "peak": seen["peak"], "calls": seen["calls"],
        "connections": seen["connections"] - before - 1, **said,
    }  # fmt: skip


def throughput(args: argparse.Namespace) -> None:
    """Must show 1, calls that depend on nothing."""
    clients = args.clients.split(",")
    with StubProcess(LATENCY) as stub:
        for places in (64, 256):
            ideal = greedy(stub_latencies(LATENCY, args.calls), places)
            for _ in range(args.repeats):
                for client in clients:
                    report(f"{args.calls} calls, C={places}", ideal, run_client(client, stub, args.calls, places))


def multi_turn(args: argparse.Namespace) -> None:
    """Must show 1, calls that depend on the one before: dialogues of seven, all taking turns in the ideal schedule."""
    by_content = LATENCY.model_copy(update={"by_content": True})
    places, turns = 64, 7
    chains = [
        [stub_latency(by_content, [Message.model_validate(m) for m in messages(i, turn)]) for turn in range(turns)]
        for i in range(args.calls // 10)
    ]
    ways = [greedy_chains(chains, places, in_turn=way) for way in (True, False)]
    work, longest = sum(map(sum, chains)) / places, max(map(sum, chains))
    print(
        f"ideal: all by turns {ways[1]:.2f} s, one dialogue after the other {ways[0]:.2f} s; work {work:.2f} s, longest {longest:.2f} s"
    )
    with StubProcess(by_content) as stub:
        for _ in range(args.repeats):
            for client in [c for c in args.clients.split(",") if c in ("colloque", "aiohttp", "openai")]:
                row = run_client(client, stub, len(chains), places, turns)
                report(f"{len(chains)} x {turns} turns, C={places}", ways[1], row)


def report(what: str, ideal: float, row: dict[str, Any]) -> None:
    """One line for people, one for programs."""
    load = os.getloadavg()[0]
    if "error" in row:
        print(f"{what:28} {row['client']:12} did not run: {row['error']}")
        return
    share = ideal / row["seconds"]
    print(
        f"{what:28} {row['client']:12} share {share:.3f} (ideal {ideal:.2f} s, took {row['seconds']:.2f} s)  "
        f"CPU {1000 * row['cpu_s'] / row['calls']:.2f} s/1,000 calls  {row['rss_mb']:.0f} MB  "
        f"{row['connections']} connections  load {load:.1f}",
        flush=True,
    )


def faults(args: argparse.Namespace) -> None:
    """Must show 2."""
    rows = [(Message(role="user", content=text),) for text in (f"Question {i} ?" for i in range(args.calls))]
    poison = sum(is_poison(FAULTS, row) for row in rows)
    with StubProcess(FAULTS) as stub:
        used = run_client("colloque-whole", stub, args.calls, 64)
        seen = stub.stats()
    print(json.dumps({"rows": args.calls, "poison_rows": poison, "client": used, "server": seen}, indent=1))


def kill(args: argparse.Namespace) -> None:
    """Must show 3."""
    for role in args.roles.split(","):
        with tempfile.TemporaryDirectory() as folder:
            kill_one(role, args.calls, args.kills, Path(folder))


def kill_one(role: str, records: int, kills: int, folder: Path) -> None:
    """One role: an uninterrupted run, then one killed at random moments; the same server, two journals."""
    options = StubOptions(latency_s=0.2, sigma=0.4, seed=3)
    answer = {
        "author": "colloque.write.standin:author_stub",
        "reformulator": "colloque.augment.standin:reformulator_stub",
        "judge": "colloque.judge.standin:judge_stub",
    }[role]
    rng = random.Random(len(role))
    with StubProcess(options, answer) as stub:

        def start(name: str) -> "subprocess.Popen[str]":
            command = [sys.executable, str(HERE / "endpoint_clients.py"), f"role-{role}", stub.base_url, str(records),
                       "64", "1", str(folder / name)]  # fmt: skip
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)

        began = time.monotonic()
        whole = start("whole")
        if whole.wait():
            sys.exit(f"{role}: the uninterrupted run failed")
        took = time.monotonic() - began
        expected, calls = (folder / "whole" / "out.jsonl").read_bytes(), stub.stats()["calls"]
        stub.reset()
        in_flight, unwritten, done = [], [], 0
        while True:
            process = start("killed")
            if done < kills:
                # Between the first call and the end of what is left: at least one new call each time.
                target = stub.stats()["calls"] + rng.randrange(20, max(21, calls // kills))
                while process.poll() is None and stub.stats()["calls"] < target:
                    time.sleep(0.01)
            if process.poll() is None and done < kills:
                process.send_signal(signal.SIGSTOP)  # so that the count and the kill see the same moment
                at_kill = stub.stats()
                in_flight.append(at_kill["in_flight"])
                process.kill()
                process.wait()
                journal = Journal(folder / "killed" / "journal.sqlite")
                unwritten.append(at_kill["distinct"] - journal.spent().calls)
                journal.close()
                done += 1
                continue
            if process.wait():
                sys.exit(f"{role}: a restarted run failed")
            break
        seen = stub.stats()
        same = (folder / "killed" / "out.jsonl").read_bytes() == expected
    print(
        f"{role:13} {records} records, {calls} calls in {took:.0f} s; {done} kills: paid twice {seen['paid_twice']}, "
        f"at the kills {sum(in_flight)} in the server {in_flight}, {sum(unwritten)} sent and not yet written {unwritten}; "
        f"output equal: {same}",
        flush=True,
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["throughput", "turns", "faults", "kill"])
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--roles", default="author,reformulator,judge")
    parser.add_argument("--clients", default="colloque,aiohttp,openai,distilabel,curator,designer")
    args = parser.parse_args()
    {"throughput": throughput, "turns": multi_turn, "faults": faults, "kill": kill}[args.what](args)


if __name__ == "__main__":
    main()

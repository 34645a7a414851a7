"""Other generation frameworks against the same stub, each from an environment of its own: `endpoint_peers.py NAME URL CALLS PLACES`.

Each at its documented settings for PLACES calls at once, its limits lifted, its cache off. What the whole process tree used is
printed; a framework that does not run says why on its last line.
"""

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from endpoint_clients import PROMPT

os.environ |= {
    "TELEMETRY_ENABLED": "false",
    "NEMO_TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}


def distilabel(url: str, calls: int, places: int, folder: Path) -> int:
    """A batch a step: PLACES rows a batch."""
    from distilabel.models import OpenAILLM  # type: ignore[import-not-found,unused-ignore]
    from distilabel.pipeline import Pipeline  # type: ignore[import-not-found,unused-ignore]
    from distilabel.steps import LoadDataFromDicts  # type: ignore[import-not-found,unused-ignore]
    from distilabel.steps.tasks import TextGeneration  # type: ignore[import-not-found,unused-ignore]

    with Pipeline(name="bench", cache_dir=folder) as pipeline:
        rows = [{"instruction": f"Question {i} ?", "system_prompt": PROMPT} for i in range(calls)]
        load = LoadDataFromDicts(data=rows, batch_size=places)
        llm = OpenAILLM(model="stub", base_url=url, api_key="none")
        load >> TextGeneration(llm=llm, input_batch_size=places)
    return len(pipeline.run(use_cache=False)["default"]["train"])


def curator(url: str, calls: int, places: int, folder: Path) -> int:
    """Its rate limits lifted: 200 calls a minute are its default without headers."""
    os.environ["CURATOR_CACHE_DIR"] = str(folder)
    from bespokelabs import curator as library  # type: ignore[import-not-found,unused-ignore]

    class Writer(library.LLM):  # type: ignore[misc,unused-ignore]
        def prompt(self, row: dict[str, str]) -> list[dict[str, str]]:
            return [{"role": "system", "content": PROMPT}, {"role": "user", "content": row["question"]}]

        def parse(self, row: dict[str, str], response: str) -> dict[str, str]:
            return {"question": row["question"], "answer": response}

    limits = {"max_requests_per_minute": 10**6, "max_tokens_per_minute": 10**9, "max_concurrent_requests": places}
    writer = Writer(
        model_name="openai/stub", backend="litellm",
        backend_params={"base_url": url, "api_key": "none", "require_all_responses": False, **limits},
    )  # fmt: skip
    done = writer([{"question": f"Question {i} ?"} for i in range(calls)])
    return len(getattr(done, "dataset", done))


def designer(url: str, calls: int, places: int, folder: Path) -> int:
    """Its defaults but for the number of calls at once (4 otherwise)."""
    import data_designer.config as dd  # type: ignore[import-not-found,unused-ignore]
    import pandas as pd  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from data_designer.interface import DataDesigner  # type: ignore[import-not-found,unused-ignore]

    provider = dd.ModelProvider(name="stub", endpoint=url, provider_type="openai", api_key="none")
    parameters = dd.ChatCompletionInferenceParams(max_parallel_requests=places)
    model = dd.ModelConfig(alias="writer", model="stub", provider="stub", inference_parameters=parameters)
    seed = folder / "seed.parquet"
    pd.DataFrame({"question": [f"Question {i} ?" for i in range(calls)]}).to_parquet(seed)
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    builder.with_seed_dataset(dd.LocalFileSeedSource(path=str(seed)))
    builder.add_column(
        dd.LLMTextColumnConfig(name="answer", model_alias="writer", system_prompt=PROMPT, prompt="{{ question }}")
    )
    work = DataDesigner(artifact_path=folder / "artifacts", model_providers=[provider])
    return len(work.create(builder, num_records=calls).load_dataset())


def main() -> None:
    """Run one framework and say what its process tree used."""
    name, url, calls, places = sys.argv[1:]
    peers: dict[str, Callable[[str, int, int, Path], int]] = {
        "distilabel": distilabel, "curator": curator, "designer": designer,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        done = peers[name](url, int(calls), int(places), Path(folder))
    said: dict[str, Any] = {"done": done, "cpu_s": 0.0, "rss_mb": 0.0}
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        said["cpu_s"] += usage.ru_utime + usage.ru_stime
        said["rss_mb"] = max(said["rss_mb"], usage.ru_maxrss / 1024)
    print(json.dumps({key: round(value, 3) for key, value in said.items()}))


if __name__ == "__main__":
    main()

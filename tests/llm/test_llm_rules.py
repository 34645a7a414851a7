"""What may leave this machine, and what may never be written down: the remote rule, and keys."""

from pathlib import Path
from typing import Any

import pytest

from colloque.config import load_config, parse_config
from colloque.errors import ColloqueError, ConfigError
from colloque.llm import ModelConfig
from colloque.llm.stub import StubOptions
from colloque.llm.stub_process import StubProcess
from colloque.pipeline import STAGES
from colloque.stages import run_stage
from colloque.store.journal import Journal

REMOTE = {"base_url": "https://api.example.invalid/v1", "model": "m", "allow_remote": True}
LOCAL = {"base_url": "http://127.0.0.1:1/v1", "model": "m"}
SECRET = "sk-tres-secret-123456"


@pytest.mark.parametrize(
    "models", [{"author": REMOTE}, {"judge": REMOTE}, {"reformulator": {**LOCAL, "fallback": REMOTE}}]
)
def test_records_that_keep_identities_go_nowhere(models: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="only de-identified records may go"):
        parse_config({"models": models, "ingest": {"deidentify": False}})
    assert parse_config({"models": models})
    assert parse_config({"models": {"author": LOCAL}, "ingest": {"deidentify": False}})


@pytest.mark.parametrize(
    "settings",
    [
        {**LOCAL, "api_key_env": SECRET},
        {**LOCAL, "api_key": SECRET},
        {**LOCAL, "base_url": f"http://user:{SECRET}@127.0.0.1:1/v1"},
        {**LOCAL, "base_url": f"http://127.0.0.1:1/v1?key={SECRET}"},
        {**LOCAL, "model": "", "extra": {"api_key": SECRET}},
        {**LOCAL, "concurrency": SECRET},
    ],
)
def test_a_key_pasted_where_it_does_not_belong_is_not_repeated(settings: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text(str({"models": {"author": settings}}).replace("'", '"'), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert SECRET not in caught.value.line() and "run.yaml" in caught.value.line()


def test_a_run_leaves_no_key_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The server repeats a wrong key in its error, as real ones do; then the right one writes a whole stage."""
    with StubProcess(StubOptions(key=SECRET), "colloque.write.standin:author_stub") as stub:
        author = ModelConfig(base_url=stub.base_url, model="stub", api_key_env="COLLOQUE_TEST_KEY")
        config = parse_config({"ingest": {"cohort": 6}, "models": {"author": author.model_dump()}, "workers": 1})
        stages = {stage.name: stage for stage in STAGES}
        run_stage(stages["ingest"], config, tmp_path)
        monkeypatch.setenv("COLLOQUE_TEST_KEY", f"wrong-{SECRET}")
        with pytest.raises(ColloqueError, match="401") as caught:
            run_stage(stages["write"], config, tmp_path)
        assert SECRET not in caught.value.line() + "".join(capfd.readouterr())
        monkeypatch.setenv("COLLOQUE_TEST_KEY", SECRET)
        result = run_stage(stages["write"], config, tmp_path)
    assert result.tally.read == 6 and result.tally.kept >= 4
    assert SECRET not in "".join(capfd.readouterr())
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.name == "manifest.json" and stub.base_url in file.read_text() for file in files)
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]
    journal = Journal(tmp_path / "journal" / "author.sqlite")
    assert not [entry for entry in journal.entries() if SECRET.encode() in entry.body or SECRET in entry.note]
    journal.close()

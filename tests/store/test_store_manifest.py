"""Manifests: fresh is fresh, a killed stage goes on, a changed one starts anew."""

from pathlib import Path

import pytest

from colloque.errors import RunError
from colloque.store import Tally, write_text
from colloque.store.manifest import Manifest, begin, file_hash, finish, fresh


def made(folder: Path, seed: int = 0) -> Manifest:
    draft = Manifest(stage="s", version=1, colloque="0", seed=seed, config={}, inputs={})
    begin(folder, draft.fingerprint)
    write_text(folder / "out.txt", "bonjour")
    return finish(folder, draft)


def test_a_finished_stage_is_fresh_until_its_files_change(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    manifest = made(folder)
    assert fresh(folder, manifest.fingerprint) == manifest and fresh(folder, "another") is None
    (folder / "out.txt").unlink()
    assert fresh(folder, manifest.fingerprint) is None


def test_a_killed_stage_goes_on_and_a_changed_one_starts_anew(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    assert begin(folder, "f1") is False
    write_text(folder / "part", "half")
    assert begin(folder, "f1") is True and (folder / "part").exists()
    assert begin(folder, "f2") is False and not (folder / "part").exists()


def test_content_is_the_files_not_the_time(tmp_path: Path) -> None:
    assert made(tmp_path / "a", 1).content == made(tmp_path / "b", 2).content


def test_a_folder_has_a_hash(tmp_path: Path) -> None:
    write_text(tmp_path / "x" / "a", "1")
    before = file_hash(tmp_path)
    write_text(tmp_path / "x" / "a", "2")
    assert file_hash(tmp_path) != before


def test_a_record_that_vanishes_stops_the_stage() -> None:
    tally = Tally(read=3, kept=1)
    tally.drop("empty")
    with pytest.raises(RunError):
        tally.balanced("write")
    tally.drop("empty")
    assert tally.balanced("write").dropped == {"empty": 2}

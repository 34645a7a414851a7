"""The golden cases that stand beside each lexicon, traps included."""

import tomllib
from importlib import resources
from typing import Any

import pytest

from colloque.french import mentions, quantities
from colloque.french.agree import compare_quantities
from colloque.french.persons import persons
from colloque.french.polarity import reply_polarity
from colloque.french.scales import levels

DATA = resources.files("colloque.french").joinpath("data")


def golden(*names: str) -> list[Any]:
    """The golden cases of some files, each under its text."""
    cases = []
    for name in names:
        found = tomllib.loads(DATA.joinpath(name).read_text("utf-8"))["golden"]
        cases += [pytest.param(case, id=f"{name}: {case['text'][:40]}") for case in found]
    return cases


@pytest.mark.parametrize(
    "case", golden("concepts_mood.toml", "concepts_body.toml", "concepts_care.toml", "concepts_told.toml")
)
def test_concepts(case: dict[str, Any]) -> None:
    found = {
        f"{m.concept}:{m.polarity}" + ("@other" if m.experiencer == "other" else "")
        for m in mentions(case["text"])
        if not m.named
    }
    concepts = {claim.split(":")[0] for claim in found}
    for expected in case["yields"]:
        if expected.startswith("!"):
            assert expected[1:] not in concepts
        else:
            assert expected in found


@pytest.mark.parametrize("case", golden("quantities.toml"))
def test_quantities(case: dict[str, Any]) -> None:
    found = quantities(case["text"])
    if "yields" in case:
        said = [" ".join(filter(None, [q.kind, f"{round(q.value, 3):g}", q.unit, q.per])) for q in found]
        assert said == case["yields"]
    for outcome in ("same", "different"):
        if outcome in case:
            other = quantities(case[outcome])
            outcomes = {compare_quantities(a, b) for a in found for b in other}
            assert (outcome in outcomes) if outcome == "same" else ("same" not in outcomes and "different" in outcomes)


@pytest.mark.parametrize("case", golden("polarity.toml"))
def test_openings(case: dict[str, Any]) -> None:
    assert (reply_polarity(case["text"]) or "none") == case["opens"]


@pytest.mark.parametrize("case", golden("scales.toml"))
def test_degrees(case: dict[str, Any]) -> None:
    assert [f"{level.family} {level.level}" for level in levels(case["text"])] == case["yields"]


@pytest.mark.parametrize("case", golden("persons.toml"))
def test_persons(case: dict[str, Any]) -> None:
    assert [person.kin for person in persons(case["text"])] == case["yields"]

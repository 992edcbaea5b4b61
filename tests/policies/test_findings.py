"""Findings suggest what was probably meant, and never what stands there already."""

from __future__ import annotations

from policies.findings import did_you_mean


def test_a_misspelt_name_gets_the_nearest_one_and_a_strange_one_the_whole_list() -> None:
    assert did_you_mean("cheep", ["cheap", "strong"]) == "Did you mean 'cheap'?"
    assert did_you_mean("xyz", ["cheap", "strong"]) == "Known: cheap, strong."
    assert did_you_mean("xyz", []) == "There are none to choose from."


def test_a_name_that_is_known_and_does_not_fit_is_not_suggested_again() -> None:
    assert did_you_mean("cn", ["cn", "us"]) == "Known: cn, us."

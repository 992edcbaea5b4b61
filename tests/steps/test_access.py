"""Who is asking: keys, and what a request may say about its caller."""

from __future__ import annotations

import pytest

from router.errors import BadRequestError, ForbiddenError, UnauthorizedError
from router.steps.access import Grant, Identity, hash_key

SHOP = Grant(name="shop", key_sha256=hash_key("pm-shop-key-0001"), tier="vip")


def test_without_configured_keys_everybody_is_anonymous() -> None:
    caller = Identity([]).identify("", {"user": "u1"})
    assert (caller.key_name, caller.user, caller.tier) == ("anonymous", "u1", "standard")


def test_no_key_no_service_once_keys_are_configured() -> None:
    with pytest.raises(UnauthorizedError, match="Authorization: Bearer"):
        Identity([SHOP]).identify("", {})


def test_an_unknown_key_is_refused_without_repeating_it() -> None:
    with pytest.raises(UnauthorizedError) as caught:
        Identity([SHOP]).identify("pm-some-other-secret-9999", {})
    assert "9999" in caught.value.message
    assert "some-other-secret" not in caught.value.message


def test_a_key_gives_its_tier_and_the_request_adds_the_user() -> None:
    caller = Identity([SHOP]).identify("pm-shop-key-0001", {"user": "u7", "session": "s1"})
    assert (caller.key_name, caller.tier, caller.user, caller.session) == (
        "shop",
        "vip",
        "u7",
        "s1",
    )


def test_a_request_cannot_change_what_its_key_fixes() -> None:
    with pytest.raises(ForbiddenError, match="bound to tier 'vip'"):
        Identity([SHOP]).identify("pm-shop-key-0001", {"tier": "gold"})


def test_a_key_limited_to_some_models_may_name_no_other() -> None:
    grant = Grant(name="bot", key_sha256=hash_key("k" * 16), models=frozenset({"auto"}))
    with pytest.raises(ForbiddenError, match="it may ask for: auto"):
        Identity([grant]).identify("k" * 16, {}, "gpt-6-astra")


def test_a_key_bound_to_the_house_cannot_be_let_out_by_the_request() -> None:
    grant = Grant(name="clinic", key_sha256=hash_key("k" * 16), must_stay_local=True)
    assert Identity([grant]).identify("k" * 16, {"must_stay_local": "no"}).must_stay_local


def test_two_keys_of_one_name_keep_what_each_of_them_fixes() -> None:
    grants = [
        Grant(name="shop", key_sha256=hash_key(key), tier=tier)
        for key, tier in (("sk-a", "vip"), ("sk-b", ""))
    ]
    identity = Identity(grants)
    assert [identity.identify(key, {}).tier for key in ("sk-a", "sk-b", "sk-a")] == [
        "vip",
        "standard",
        "vip",
    ]


@pytest.mark.parametrize("word", ["yes", "TRUE", "1", " On ", "no,yes"])
def test_a_wish_to_stay_local_is_understood_in_any_case(word: str) -> None:
    assert Identity([]).identify("", {"must_stay_local": word}).must_stay_local


@pytest.mark.parametrize("word", ["no", "False", "0", "off"])
def test_who_may_leave_says_so(word: str) -> None:
    assert not Identity([]).identify("", {"must_stay_local": word}).must_stay_local


@pytest.mark.parametrize("word", ["y", "", "ja", "yes,maybe"])
def test_a_wish_that_nobody_understands_is_not_taken_for_a_no(word: str) -> None:
    with pytest.raises(BadRequestError, match="neither yes nor no"):
        Identity([]).identify("", {"must_stay_local": word})


def test_a_key_may_use_the_aliases_of_what_it_may_name() -> None:
    grant = Grant(name="shop", key_sha256=hash_key("k"), models=frozenset({"auto"}))
    identity = Identity([grant], aliases=lambda: {"gpt-4": "auto", "best": "strong"})
    assert identity.identify("k", {}, "gpt-4").key_name == "shop"
    for requested in ("best", "strong"):
        with pytest.raises(ForbiddenError, match="it may ask for: auto"):
            identity.identify("k", {}, requested)

"""Experiments: right shares, sticky users, exclusive layers, and as little movement as can be."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from policies.errors import PolicyFileError
from policies.expectations import run_expectations
from policies.explain import plan_as_tree
from policies.findings import Finding
from policies.lint import lint
from policies.loader import parse_policy
from policies.outlook import Outlook
from policies.pools import Pool, rank
from policies.signals import Caller, Signals
from policies.splits import Line, Split, draw, lay_out, lay_out_layer, place_of, unit_of
from tests.policies.worlds import make_model, plan

USERS = 100_000


def make_split(arms: str, extra: str = "") -> Split:
    return make_splits(f"{{s: {{pool: p, {extra} arms: {{{arms}}}}}}}")["s"]


def make_splits(text: str) -> dict[str, Split]:
    policy = parse_policy(
        f"{{name: s, pools: {{p: {{models: [m]}}}}, default: {{use: p}}, splits: {text}}}"
    )
    return {split.name: split for split in policy.splits}


def deal(split: Split, users: int = USERS) -> list[str]:
    """Give the side of each user, empty where a user takes no part."""
    drawn = (draw(split, Caller(user=f"user-{at}"), "now") for at in range(users))
    return [one.side.name if one.side is not None else "" for one in drawn]


def within_error(count: int, share: float, users: int = USERS) -> bool:
    """Whether a count is within four standard deviations of what chance gives."""
    return abs(count - share * users) <= 4 * math.sqrt(users * share * (1 - share)) + 1


@pytest.mark.parametrize(
    "shares",
    [
        {"a": 50, "b": 50},
        {"a": 1, "b": 99},
        {"a": 10, "b": 20, "c": 70},
        {"a": 60, "b": 25, "c": 15},
        {"a": 5, "b": 45, "c": 30, "d": 20},
        {"a": 0.5, "b": 70, "c": 9.5, "d": 10, "e": 10},
    ],
)
def test_a_hundred_thousand_users_are_dealt_by_their_shares(shares: dict[str, float]) -> None:
    split = make_split(", ".join(f"{name}: {{share: {share}%}}" for name, share in shares.items()))
    counts = Counter(deal(split))
    for name, share in shares.items():
        assert within_error(counts[name], share / 100), (name, counts[name])


def test_an_assignment_is_the_same_in_another_process() -> None:
    split = make_split("a: {share: 30%}, b: {share: rest}")
    here = "".join(deal(split, 500))
    script = (
        "from tests.policies.test_splits import deal, make_split;"
        "print(''.join(deal(make_split('a: {share: 30%}, b: {share: rest}'), 500)))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "777", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert other.stdout.strip() == here


def test_known_users_keep_their_places_for_ever() -> None:
    assert place_of("split/ab/", "anna") == pytest.approx(0.991319415, abs=1e-9)
    assert place_of("split/ab/", "李雷") == pytest.approx(0.797479161, abs=1e-9)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("a: {share: 50%}, b: {share: rest}", "a: {share: 60%}, b: {share: rest}", 0.10),
        ("a: {share: 5%}, b: {share: rest}", "a: {share: 1%}, b: {share: rest}", 0.04),
        (
            "a: {share: 10%}, b: {share: 20%}, c: {share: rest}",
            "a: {share: 15%}, b: {share: 20%}, c: {share: rest}",
            0.05,
        ),
        (
            "a: {share: 10%}, b: {share: 20%}, c: {share: 20%}, d: {share: rest}",
            "a: {share: 10%}, b: {share: 30%}, c: {share: 20%}, d: {share: rest}",
            0.10,
        ),
    ],
)
def test_changing_one_share_moves_only_the_users_it_must(
    before: str, after: str, moved: float
) -> None:
    pairs = Counter(zip(deal(make_split(before)), deal(make_split(after)), strict=True))
    changes = {pair: count for pair, count in pairs.items() if pair[0] != pair[1]}
    assert len(changes) == 1, "all who move come from one side and go to one side"
    assert within_error(sum(changes.values()), moved)


@pytest.mark.parametrize("rest", ["rest", "50%"])
def test_the_order_in_which_arms_are_written_moves_nobody(rest: str) -> None:
    arms = ["x: {share: 30%}", "y: {share: 20%}", f"z: {{share: {rest}}}"]
    dealt = {tuple(deal(make_split(", ".join(one)), 5_000)) for one in itertools.permutations(arms)}
    assert len(dealt) == 1


def test_another_salt_deals_the_users_anew() -> None:
    one = deal(make_split("a: {share: 50%}, b: {share: rest}"), 20_000)
    other = deal(make_split("a: {share: 50%}, b: {share: rest}", "salt: again,"), 20_000)
    same = sum(x == y for x, y in zip(one, other, strict=True))
    assert within_error(same, 0.5, 20_000)


def test_two_splits_of_different_layers_are_independent() -> None:
    arms = "arms: {a: {share: 50%}, b: {share: rest}}"
    splits = make_splits(f"{{one: {{pool: p, {arms}}}, two: {{pool: p, {arms}}}}}")
    pairs = Counter(zip(deal(splits["one"]), deal(splits["two"]), strict=True))
    assert all(within_error(count, 0.25) for count in pairs.values()) and len(pairs) == 4


def test_splits_of_one_layer_never_share_a_user_and_get_their_traffic() -> None:
    arms = "arms: {a: {share: 50%}, b: {share: rest}}"
    splits = make_splits(
        f"{{one: {{pool: p, layer: l, traffic: 30%, {arms}}},"
        f" two: {{pool: p, layer: l, traffic: 50%, {arms}}}}}"
    )
    one, two = deal(splits["one"]), deal(splits["two"])
    assert not any(x and y for x, y in zip(one, two, strict=True))
    assert within_error(sum(map(bool, one)), 0.3)
    assert within_error(sum(map(bool, two)), 0.5)
    assert within_error(Counter(one)["a"], 0.15)


def owns(line: Line) -> dict[str, float]:
    """Give how much of a line each name owns."""
    sizes: Counter[str] = Counter()
    for begin, end, owner in zip(line.starts, [*line.starts[1:], 1.0], line.owners, strict=True):
        assert end > begin
        sizes[owner] += end - begin  # type: ignore[assignment]
    return dict(sizes)


def moves(before: Line, after: Line) -> dict[tuple[str, str], float]:
    """Give how much of a line goes from whom to whom."""
    cuts = sorted({*before.starts, *after.starts, 1.0})
    found: Counter[tuple[str, str]] = Counter()
    for begin, end in itertools.pairwise(cuts):
        pair = (before.owner(begin), after.owner(begin))
        if pair[0] != pair[1]:
            found[pair] += end - begin  # type: ignore[assignment]
    return dict(found)


def layer(**shares: str) -> Line:
    return lay_out_layer([(name, Decimal(share)) for name, share in shares.items()])


@pytest.mark.parametrize(
    "shares",
    [
        {"a": "0.3"},
        {"a": "1"},
        {"a": "0.4", "b": "0.3", "c": "0.2"},
        {"a": "0.05", "b": "0.9", "c": "0.05"},
        {"a": "0", "b": "0.62", "c": "0.13", "d": "0.25"},
        dict.fromkeys("abcdefghijklm", "0.07"),
    ],
)
def test_a_layer_gives_each_split_its_traffic_and_a_newcomer_moves_nobody(
    shares: dict[str, str],
) -> None:
    line = layer(**shares)
    free = 1 - sum(map(float, shares.values()))
    wanted = {name: float(share) for name, share in shares.items()} | {"": free}
    assert owns(line) == pytest.approx({k: v for k, v in wanted.items() if v > 1e-9})
    for count in range(1, len(shares)):
        fewer = layer(**dict(list(shares.items())[:count]))
        assert {before for before, _ in moves(fewer, line)} <= {""}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": "0.4", "b": "0.3"}, {"a": "0.7", "b": "0.3"}),
        ({"a": "0.4", "b": "0.3"}, {"a": "0.4", "b": "0.6"}),
        ({"a": "0.6", "b": "0.3"}, {"a": "0.1", "b": "0.3"}),
        ({"a": "0.2", "b": "0.1", "c": "0.1"}, {"a": "0.25", "b": "0.1", "c": "0.1"}),
        ({"a": "0.1", "b": "0.1", "c": "0.1", "d": "0.1"}, {"a": "0.1", "b": "0.25", "c": "0.1", "d": "0.1"}),
        ({"a": "0.2", "b": "0.2", "c": "0.2"}, {"a": "0", "b": "0.2", "c": "0.2"}),
    ],
)  # fmt: skip
def test_more_or_less_traffic_moves_only_who_must_move(
    before: dict[str, str], after: dict[str, str]
) -> None:
    found = moves(layer(**before), layer(**after))
    (changed,) = [name for name in after if before[name] != after[name]]
    by = float(after[changed]) - float(before[changed])
    pair = ("", changed) if by > 0 else (changed, "")
    assert found == {pair: pytest.approx(abs(by))}


def test_another_split_in_a_layer_takes_only_users_whom_none_had() -> None:
    def dealt(*shares: int) -> list[list[str]]:
        arms = "arms: {x: {share: 50%}, y: {share: rest}}"
        several = (
            f"s{at}: {{pool: p, layer: l, traffic: {share}%, {arms}}}"
            for at, share in enumerate(shares)
        )
        splits = make_splits(f"{{{', '.join(several)}}}")
        return [deal(splits[f"s{at}"], 20_000) for at in range(len(shares))]

    before, after = dealt(40, 30), dealt(40, 30, 20)
    assert after[:2] == before
    assert within_error(sum(map(bool, after[2])), 0.2, 20_000)


def test_a_layer_of_two_deals_as_it_did_before_layers_were_laid_out_in_order() -> None:
    line = layer(b="0.3", a="0.6")
    assert (line.starts, line.owners) == ((0.0, 0.3, 0.4, 0.5), ("b", "", "a", "a"))


def test_a_split_with_some_traffic_leaves_the_rest_alone() -> None:
    sides = Counter(deal(make_split("a: {share: 50%}, b: {share: rest}", "traffic: 20%,")))
    assert within_error(sides[""], 0.8)


@pytest.mark.parametrize(
    ("by", "one", "other"),
    [
        ("user", Caller(user="u", session="1"), Caller(user="u", session="2")),
        ("session", Caller(user="u", session="s"), Caller(user="v", session="s")),
        ("order_number", Caller(order_number="A17"), Caller(order_number="A17", user="x")),
        ("order_tail", Caller(order_number="2026-0042"), Caller(order_number="1999-7742")),
        ("tenant", Caller(tenant="t"), Caller(tenant="t", user="x")),
        ("key", Caller(key_name="k"), Caller(key_name="k", user="x")),
    ],
)
def test_a_split_sticks_to_what_it_says(by: str, one: Caller, other: Caller) -> None:
    split = make_split("a: {share: 50%}, b: {share: rest}", f"by: {by},")
    first, second = draw(split, one, "now"), draw(split, other, "later")
    assert first.place == second.place and first.is_sticky


@pytest.mark.parametrize(
    ("number", "tail"),
    [
        ("2026-0042", "42"),
        ("1001-A", "01"),
        ("1002-A", "02"),
        ("２００１", "01"),
        ("A1-B2", "12"),
        ("7", "7"),
        ("GIFT", "GIFT"),
        ("", ""),
    ],
)
def test_the_tail_of_an_order_number_is_its_last_two_digits(number: str, tail: str) -> None:
    assert unit_of("order_tail", Caller(order_number=number)) == tail


def test_a_caller_without_a_name_is_dealt_by_the_moment() -> None:
    split = make_split("a: {share: 50%}, b: {share: rest}")
    drawn = [draw(split, Caller(), f"moment {at}") for at in range(20_000)]
    assert not any(one.is_sticky for one in drawn)
    sides = Counter(one.side.name for one in drawn if one.side is not None)
    assert within_error(sides["a"], 0.5, 20_000)


def test_the_line_is_filled_without_gaps_even_when_a_side_outgrows_its_home() -> None:
    shares = [("a", Decimal("0.62")), ("b", Decimal("0.10")), ("c", Decimal("0.20"))]
    line = lay_out(shares, "rest")
    ends = [*line.starts[1:], 1.0]
    sizes: Counter[str] = Counter()
    for begin, end, owner in zip(line.starts, ends, line.owners, strict=True):
        assert end > begin
        sizes[owner] += end - begin  # type: ignore[assignment]
    assert sizes == pytest.approx({"a": 0.62, "b": 0.10, "c": 0.20, "rest": 0.08})
    assert line.starts[0] == 0.0


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        ("a: {share: 60%}, b: {share: 60%}", "add up to 120 %"),
        ("a: {share: 30%}, b: {share: 30%}", "add up to 60 %"),
        ("a: {share: rest}, b: {share: rest}", "two arms for the rest"),
    ],
)
def test_shares_that_do_not_add_up_are_refused(arms: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        make_split(arms)


def test_a_layer_cannot_give_away_more_than_all() -> None:
    arms = "arms: {a: {share: 50%}, b: {share: rest}}"
    with pytest.raises(PolicyFileError, match="want 110 % of its traffic"):
        make_splits(
            f"{{x: {{pool: p, layer: l, traffic: 60%, {arms}}},"
            f" y: {{pool: p, layer: l, traffic: 50%, {arms}}}}}"
        )


@pytest.mark.parametrize(
    ("splits", "mend"),
    [
        ("a: {traffic: 0%, %}, b: {traffic: 50%, %}", "leave it where it is while others of its layer run: removing it may move users of 'b'."),
        ("a: {traffic: 100%, %}, b: {%}, c: {traffic: 0%, %}", "may move users of 'c'."),
        ("b: {traffic: 50%, %}, a: {traffic: 0%, %}", "Give it some, or remove it: nobody else is moved by that."),
    ],
)  # fmt: skip
def test_a_split_without_users_may_be_removed_only_where_that_moves_nobody(
    splits: str, mend: str
) -> None:
    body = "pool: p, layer: l, arms: {x: {share: 50%, use: b}, y: {share: rest}}"
    told = lint_all(f"{{{splits.replace('%}', body + '}')}}}")
    assert any(each.code == "empty-split" and each.mend.endswith(mend) for each in told), told


@pytest.mark.parametrize(
    ("arms", "why"),
    [
        ("x: {share: 0%, use: b}, y: {share: rest}", "a split has two arms at least."),
        ("x: {share: 100%, use: b}, y: {share: rest}", "a split has two arms at least."),
        (
            "x: {share: 0%, use: b}, y: {share: 50%}, z: {share: rest, use: a}",
            "removing it deals the users of all arms anew.",
        ),
    ],
)
def test_an_arm_without_users_is_left_until_the_experiment_ends(arms: str, why: str) -> None:
    (told,) = [
        each
        for each in lint_all(f"{{s: {{pool: p, arms: {{{arms}}}}}}}")
        if each.code == "empty-arm"
    ]
    assert told.mend == f"Give it a share, or leave it until the experiment ends: {why}"


def lint_all(splits: str) -> list[Finding]:
    text = f"{{name: s, pools: {{p: {{models: [a]}}}}, default: {{use: p}}, splits: {splits}}}"
    return lint(parse_policy(text), [make_model(name) for name in "ab"])


def test_an_arm_leads_to_its_model_or_pool_and_prompt_and_says_its_chance() -> None:
    policy = """
name: ab
pools: {p: {models: [a, b]}, q: {models: [c]}}
default: {use: p, prompt: plain}
splits: {t: {pool: p, arms: {x: {share: 25%, use: q, prompt: warm}, y: {share: rest}}}}
"""
    models = [make_model(name) for name in "abc"]
    seen = Counter[tuple[str, str, str | None, float]]()
    for at in range(400):
        made = plan(policy, caller=Caller(user=f"u{at}"), models=models)
        seen[made.arms[0].name, made.pool, made.prompt, made.propensity] += 1
    assert set(seen) == {("x", "q", "warm", 0.25), ("y", "p", "plain", 0.75)}
    assert 60 < seen["x", "q", "warm", 0.25] < 140


def test_who_calls_auto_by_another_name_takes_part_in_splits_and_who_names_a_pool_does_not() -> (
    None
):
    policy = parse_policy("""
name: ab
pools: {p: {models: [a, b]}}
aliases: {gpt-4: auto, best: p}
default: {use: p}
splits: {t: {pool: p, arms: {other: {share: 100%, use: b}, today: {share: rest}}}}
expect: [{model: gpt-4, arm: {t: other}, goes_to: b}]
""")
    models = [make_model(name) for name in "ab"]
    assert run_expectations(policy, models) == []
    asked = plan(policy, models=models)
    assert plan(policy, models=models, requested="gpt-4") == asked
    assert (asked.rule, asked.primary.model) == ("default", "b")
    for named in ("p", "best"):
        made = plan(policy, models=models, requested=named)
        assert (made.primary.model, made.arms) == ("a", ())


@pytest.mark.parametrize("use", ["x", "extra"])
def test_a_side_whose_model_may_not_answer_is_named_and_its_pool_is_not_said_twice(
    use: str,
) -> None:
    policy = parse_policy(
        f"""{{name: s, pools: {{p: {{models: [x, y]}}, extra: {{models: [x]}}}}, default: {{use: p, fallbacks: [extra, z]}},
        splits: {{s: {{pool: p, arms: {{new: {{share: 100%, use: {use}}}, old: {{share: rest}}}}}}}}}}"""
    )
    models = [make_model("x", is_on=False), make_model("y", is_on=False), make_model("z")]
    made = plan(policy, models=models)
    said = [each.text for each in made.reasons if "nobody else" in each.text]
    side = "side 'new' of split 's'" if use == "x" else "pool 'extra'"
    assert said[:2] == [f"{who} has nobody else who may answer" for who in (side, "pool 'p'")]
    assert len(said) == len(set(said)) and made.primary.model == "z"


@pytest.mark.parametrize(
    ("use", "objective", "why", "reason"),
    [
        ("x", "ordered", "", "model 'x', side 'new' of split 's'"),
        ("extra", "ordered", "as listed in pool 'extra', ", "pool 'extra', in the order written"),
        ("extra", "best", "expected quality 0.70, ", "pool 'extra', the best first"),
        ("extra", "cheapest", "about $0.0012, ", "pool 'extra', the cheapest first"),
    ],
)
def test_whom_a_side_puts_first_is_there_because_of_it_and_not_as_listed_elsewhere(
    use: str, objective: str, why: str, reason: str
) -> None:
    policy = parse_policy(
        f"""{{name: s, pools: {{p: {{models: [y]}}, extra: {{models: [x, z], objective: {objective}}}}}, default: {{use: p}},
        splits: {{s: {{pool: p, arms: {{new: {{share: 100%, use: {use}}}, old: {{share: rest}}}}}}}}}}"""
    )
    made = plan(policy, models=[make_model(name) for name in "xyz"])
    assert made.primary.why == f"{why}side 'new' of split 's'"
    assert made.fallbacks[-1].why == "as listed in pool 'p'"
    assert made.primary.why in plan_as_tree(made).splitlines()[0]
    assert reason in [each.text for each in made.reasons]


@pytest.mark.parametrize(
    ("arm_pool", "rule", "expected"),
    [
        ("fallbacks: [backup]", "", "x, p, backup, last"),
        ("fallbacks: []", "", "x, p"),
        ("", "", "x, p, own, last"),
        ("fallbacks: [backup]", "fallbacks: [mine]", "x, p, mine, backup, last"),
        ("fallbacks: [backup]", "fallbacks: []", "x, p"),
        ("fallbacks: [p, x]", "", "x, p, last"),
    ],
)
def test_the_fallbacks_of_an_arm_s_pool_count_as_where_a_rule_uses_it(
    arm_pool: str, rule: str, expected: str
) -> None:
    names = ("p", "x", "backup", "own", "mine", "last")
    more = {"p": "fallbacks: [own]", "x": arm_pool}
    pools = ", ".join(f"{each}: {{models: [m-{each}], {more.get(each, '')}}}" for each in names)
    policy = parse_policy(
        f"""{{name: s, pools: {{{pools}}}, default: {{use: p, {rule}}}, fallbacks: [last],
        splits: {{s: {{pool: p, arms: {{new: {{share: 100%, use: x}}, old: {{share: rest}}}}}}}}}}"""
    )
    models = [make_model(f"m-{name}") for name in names]
    made = plan(policy, models=models)
    assert ", ".join(each.removeprefix("m-") for each in made.models) == expected
    unused = {each.message for each in lint(policy, models) if each.code == "unused-pool"}
    assert ("nothing uses pool 'backup'." in unused) is ("backup" not in expected)


def test_a_model_that_is_named_where_a_pool_may_be_is_in_no_pool() -> None:
    policy = parse_policy("{name: s, pools: {p: {models: [y]}}, default: {use: x, fallbacks: [p]}}")
    models = [make_model(name) for name in "xy"]
    made = plan(policy, models=models)
    assert [made.primary.why, made.fallbacks[0].why] == ["named directly", "as listed in pool 'p'"]
    assert plan(policy, models=models, requested="y").primary.why == "named directly"


def test_a_weighted_pool_draws_by_weight_and_a_new_weight_moves_users_only_to_it() -> None:
    models = [make_model(name) for name in "abc"]
    outlook = Outlook(Signals(), 10)

    def first(weights: dict[str, float], user: int) -> str:
        pool = Pool(name="w", models=("a", "b", "c"), objective="weighted", weights=weights)
        return rank(pool, models, outlook, f"user-{user}", 3).selected[0].model

    users = 20_000
    before = [first({"a": 5, "b": 3, "c": 2}, user) for user in range(users)]
    after = [first({"a": 7, "b": 3, "c": 2}, user) for user in range(users)]
    counts = Counter(before)
    assert within_error(counts["a"], 0.5, users) and within_error(counts["c"], 0.2, users)
    moved = {pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]}
    assert moved == {("b", "a"), ("c", "a")}

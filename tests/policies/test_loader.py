"""Policy files: every problem has a file, a line and a mend."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import Annotated

import pytest
from pydantic import BaseModel, TypeAdapter

from policies.errors import PolicyFileError
from policies.expected import Path, example, expect_at, in_words
from policies.findings import Finding
from policies.loader import (
    DEFAULT,
    MAX_BYTES,
    find_policy,
    load_policy,
    parse_policy,
    parse_yaml,
    read_yaml,
    shipped_policies,
)
from policies.schema import PolicyDoc
from policies.store import PolicyStore
from router.settings import Settings
from router.telemetry.logs import hide_private

GOOD = """\
name: mine
pools:
  strong:
    models: [a]
rules:
  - name: hard
    when:
      difficulty: above 0.5
    use: strong
default: {use: strong}
"""


def problems(text: str) -> list[Finding]:
    with pytest.raises(PolicyFileError) as caught:
        parse_policy(text)
    return list(caught.value.findings)


@pytest.mark.parametrize(
    ("find", "put", "line", "said"),
    [
        ("rules:", "ruls:", 5, "unknown key 'ruls'. Did you mean 'rules'?"),
        (
            "models: [a]",
            "model: [a]",
            4,
            "unknown key 'model' in 'pools.strong'. Did you mean 'models'?",
        ),
        ("difficulty:", "dificulty:", 8, "Did you mean 'difficulty'?"),
        ("above 0.5", "abve 0.5", 8, "is not a number or a range"),
        ("use: strong\ndef", "use: [strong]\ndef", 9, "rules.0.use"),
        ("default: {use: strong}", "", 1, "'default' is missing"),
        (
            "    models: [a]",
            "    models: [a]\n    objective: cheepest",
            5,
            "Did you mean 'cheapest'?",
        ),
        ("name: mine", "name: mine\nzone: Mars/Base", 2, "time zone 'Mars/Base' is not known"),
        ("name: hard", "name: default", 6, "'default' is a name of our own"),
        (
            "  strong:\n    models: [a]",
            "  strong:\n    models: [a]\n    weights: {b: 2}",
            5,
            "'b' has a weight",
        ),
    ],
)
def test_a_problem_names_its_line_and_its_mend(find: str, put: str, line: int, said: str) -> None:
    assert find in GOOD
    found = problems(GOOD.replace(find, put, 1))
    assert any(said in str(each) and each.line == line for each in found), found


@pytest.mark.parametrize(
    ("find", "put", "line", "said"),
    [
        ("models: [a]", "models: a", 4, "must be a list, not 'a'. Write it as `models: [a]`."),
        ("models: [a]", "models: []", 4, "needs 1 entry at least, and has 0. Write it as `models: ["),
        ("models: [a]", "models: [3]", 4, "must be text, not 3. Write it as `- '3'`."),
        ("models: [a]", "models: [a]\n    quality_floor: 60", 5, "from 0 to 1, not 60. Write it as `quality_floor: 0.6`"),
        ("models: [a]", "models: [a]\n    quality_floor: '0.6'", 5, "`quality_floor: 0.6`"),
        ("models: [a]", "models: [a]\n    quality_floor: 160%", 5, "from 0 to 1"),
        ("models: [a]", "models: [a]\n    under_usd: 0", 5, "must be a number above 0, not 0"),
        ("  strong:\n", "  强 大:\n    models: [b]\n  strong:\n", 3, "a name in 'pools' cannot be '强 大': a name is made of letters"),
        ("name: hard", "name: very upset", 6, "Write it as 'very-upset'."),
        ("name: mine", "name: 2026", 1, "must be text, not 2026. Write it as `name: '2026'`."),
        ("name: mine", "name: mine\nzone: Asia/Shangai", 2, "Did you mean 'Asia/Shanghai'?"),
        ("name: mine", "name: mine\nzone: UTC+8", 2, "Did you mean '+08:00'?"),
        ("name: mine", "name: mine\nzone: '+08:99'", 2, "'+08:99' is not known"),
        ("name: mine", "name: mine\nterms: {deadline_seconds: 60s}", 2, "`deadline_seconds: 60`"),
        ("name: mine", "name: mine\nterms: {max_attempts: 1.5}", 2, "must be a whole number from 1 to 50, not 1.5"),
        ("name: mine", "name: mine\nterms: {hedge: true}", 2, "must be a group of keys, not true. Write it as `hedge: {"),
        ("name: mine", "name: mine\naliases: strong", 2, "Write it as `aliases: {gpt-4: strong}`."),
        ("name: mine", f"name: mine\nfallbacks: {'9' * 4_000}", 2, "must be a list, not 999"),
        ("use: strong\ndef", "use: strong\n    fallbacks: local\ndef", 10, "`fallbacks: [local]`"),
        ("use: strong\ndef", "use: strong\n  - hello\ndef", 10, "Write it as `- {name: my-name, use: strong}`."),
        ("default: {use: strong}", "", 1, "Add `default: {use: strong}`."),
        ("difficulty: above 0.5", "difficulty: above 7", 8, "Write it as `difficulty: above 0.6`."),
        ("difficulty: above 0.5", "emotion_trend: below -3", 8, "Write it as `emotion_trend: below -0.2`."),
        ("difficulty: above 0.5", "tokens: -1", 8, "Write it as `tokens: at least 3`."),
        ("difficulty: above 0.5", "health: {of: strong}", 8, "asks nothing of 'strong'. Add available, error_rate,"),
        ("difficulty: above 0.5", "health: strong", 8, "Write it as `health: {of: strong, available: true}`."),
        ("name: mine", "name: mine\nterms: {cache_seconds: true}", 2, "must be a number above 0 and at most 604800, not true"),
        ("name: mine", "name: mine\nterms: {cache_across_users: y}", 2, "'y' is neither true nor false. Write one of them."),
        ("name: mine", "name: mine\nterms: {cache_across_users: 1}", 2, "1 is neither true nor false. Write one of them."),
        ("    when:\n      difficulty: above 0.5\n", "    when: {any: []}\n", 7, "Write it as `any: [{intent: refund}, {tier: vip}]`."),
        ("    when:\n      difficulty: above 0.5\n", f"    when: {'{not: ' * 300}{{turns: 1}}{'}' * 300}\n", 7, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_wrong_kind_of_value_is_told_in_plain_words_with_an_example(
    find: str, put: str, line: int, said: str
) -> None:
    assert find in GOOD
    found = problems(GOOD.replace(find, put, 1))
    assert any(said in str(each) and each.line == line for each in found), found
    assert all(each.mend and len(each.message) < 400 for each in found)
    assert not any("Input should" in each.message for each in found)


def test_every_key_of_a_policy_and_of_a_configuration_has_words_and_an_example() -> None:
    for schema in (PolicyDoc, Settings):
        for where in _places(schema, (), frozenset()):
            expected = expect_at(schema, where)
            assert expected is not None, where
            assert in_words(expected) and example(expected, str(where[-1])), where


def test_the_example_of_each_key_of_a_policy_can_be_read_there() -> None:
    for where in _places(PolicyDoc, (), frozenset()):
        *above, key = where
        inside, expected = expect_at(PolicyDoc, tuple(above)), expect_at(PolicyDoc, where)
        if inside is None or inside.model is None or expected is None:
            continue
        fields = inside.model.model_fields.items()
        info = next(info for name, info in fields if key in (info.alias, name))
        written = parse_yaml(f"{key}: {example(expected, str(key))}").data
        TypeAdapter(Annotated[info.annotation, "", *info.metadata]).validate_python(written[key])


@pytest.mark.parametrize("key", PolicyDoc.model_fields)
def test_the_example_of_each_part_of_a_policy_can_be_read(key: str) -> None:
    expected = expect_at(PolicyDoc, (key,))
    assert expected is not None
    doc = {**parse_yaml(GOOD).data, **parse_yaml(f"{key}: {example(expected, key)}").data}
    PolicyDoc.model_validate(doc)


def _places(model: type[BaseModel], where: Path, above: frozenset[type]) -> list[Path]:
    found: list[Path] = []
    for name, info in model.model_fields.items():
        here: Path = (*where, info.alias or name)
        found.append(here)
        inner = expect_at(model, here[-1:])
        while inner is not None and inner.model is None:
            here = (*here, "my-name" if inner.origin is dict else 0)
            inner = inner.entry
        if inner is not None and inner.model is not None and inner.model not in above:
            found += _places(inner.model, here, above | {inner.model})
    return found


def test_a_file_that_is_too_large_is_told_in_words_that_the_log_shows(tmp_path: FilePath) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(PolicyFileError) as caught:
        read_yaml(path)
    (found,) = caught.value.findings
    assert "is larger than 2 MB." in found.message
    logged = hide_private(None, "error", {"problems": [found.message]})
    assert "is larger than 2 MB." in logged["problems"][0]


def test_every_problem_of_a_file_is_told_at_once() -> None:
    text = GOOD.replace("models", "modls").replace("difficulty", "dificulty")
    assert {each.line for each in problems(text) if each.code == "unknown-key"} == {4, 8}


def test_a_problem_of_a_file_on_disk_begins_with_file_and_line(tmp_path: FilePath) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD.replace("rules:", "ruls:"), encoding="utf-8")
    with pytest.raises(PolicyFileError, match=r"policy\.yaml:5: error: unknown key 'ruls'"):
        load_policy(path)


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("default: {", "default：{", "write ': ' for '：'"),
        ("models: [a]", "models: [a，b]", "write ',' for '，'"),
        ("pools:\n", "pools：\n", "write ': ' for '：'"),
        ("difficulty: above 0.5", "time: 22：00-06：00", "write ':' for '：'"),
        ("difficulty: above 0.5", "difficulty: '＞ 0.5'", "write '>' for '＞'"),
        ("difficulty: above 0.5", "language: “zh”", "write '\"' for '“'"),
        ("difficulty: above 0.5", "cel: tokens ＞ 5", "write '>' for '＞'"),
        ("name: hard", "name: 【急】", "write '[' for '【' and ']' for '】'"),
    ],
)
def test_a_full_width_sign_is_named_with_what_to_write(find: str, put: str, said: str) -> None:
    assert find in GOOD
    found = problems(GOOD.replace(find, put, 1))
    assert any(said in each.mend for each in found), found


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("models: [a]", "models: 【a，b】"),
        ("difficulty: above 0.5", "time: 22：00-06：00"),
        ("difficulty: above 0.5", "difficulty: above ０.５％"),
        ("name: hard", "name: 【急】"),
    ],
)
def test_no_other_mend_is_told_beside_that_of_full_width_signs(find: str, put: str) -> None:
    assert find in GOOD
    (found,) = problems(GOOD.replace(find, put, 1))
    assert re.fullmatch(r"It has .* in it: write [^.]*\.", found.mend), found
    assert "write" not in found.mend.partition(": write ")[2].lower()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name： t\npools: {s: {models: [a]}}\ndefault: {use: s}\n", 1),
        ("name： t\nabout: 你好，世界\npools: {s: {models: [a]}}\n", 1),
        ("about: 你好，世界\npools：\n  s: {models: [a]}\n", 2),
        ("name: t\npools: {s: {models: [a]}}\ndefault: {use: s}\nrules：\n  - {name: a}\n", 4),
        ("server：{port: 8080}\npolicy：cost-first\n", 2),
    ],
)
def test_the_line_that_holds_a_full_width_sign_is_named(text: str, line: int) -> None:
    (found,) = problems(text)
    assert (found.line, found.mend) == (
        line,
        "It has a full-width sign in it: write ': ' for '：'.",
    )


def test_full_width_signs_that_are_not_at_fault_leave_the_place_as_it_is() -> None:
    (found,) = problems("about: |\n  注意：别改\nrules: [a: b: c\ndefault: {use: s}\n")
    assert found.line == 3


@pytest.mark.parametrize(
    ("fact", "first"),
    [
        ("sarcasm: high", "above 0.6"),
        ("difficulty: hard", "above 0.6"),
        ("emotion_trend: down", "below -0.2"),
        ("turns: many", "at least 3"),
        ("budget_left_usd: little", "at least 3"),
        ("health: {of: a, error_rate: high}", "above 0.6"),
    ],
)
def test_every_example_of_a_range_can_stand_where_it_is_shown(fact: str, first: str) -> None:
    (found,) = problems(GOOD.replace("difficulty: above 0.5", fact))
    shown = re.findall("'([^']*)'", found.mend)
    assert shown[0] == first and len(shown) == 5
    word = fact.rstrip("}").split()[-1]
    for each in shown:
        parse_policy(GOOD.replace("difficulty: above 0.5", fact.replace(word, each)))


def test_full_width_signs_within_what_people_say_are_no_trouble() -> None:
    text = GOOD.replace("difficulty: above 0.5", "cel: tier == '，' && tokens")
    assert not any("full-width" in each.mend for each in problems(text))
    said = (
        f"{GOOD}about: 给客服用，别改。\nexpect:\n  - {{say: 你们（客服）在吗？, rule: default}}\n"
    )
    assert parse_policy(said).doc.expect[0].say == "你们（客服）在吗？"


@pytest.mark.parametrize(
    "name", ["投诉", "жалоба", "παράπονο", "문의", "お問い合わせ", "réclamation", "投诉/2"]
)
def test_names_may_be_of_any_script(name: str) -> None:
    assert parse_policy(GOOD.replace("name: hard", f"name: {name}")).rules[0].name == name


@pytest.mark.parametrize(
    "name", ["投 诉", "投\u200b诉", "\u202e诉", "ｖｉｐ", "-投诉", "投诉！", "投" * 101]
)
def test_names_hold_no_signs_and_nothing_unseen(name: str) -> None:
    assert problems(GOOD.replace("name: hard", f"name: '{name}'"))


def test_a_key_written_twice_is_refused() -> None:
    found = problems(GOOD + "name: other\n")
    assert found[0].code == "twice" and found[0].line == 11


def test_a_file_that_would_blow_up_in_memory_is_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 9)]
    assert "blow it up" in problems("\n".join(rows))[0].message
    assert problems("[" * 5_000 + "]" * 5_000)[0].message.endswith("nested too deeply.")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nname: \x00", 2, "holds the character U+0000"),
        ('about: "pasted\x0bfrom Word"', 1, "holds the character U+000B"),
        ("a: 1\nb:\n  - " + "9" * 5_000, 3, "cannot be read as int"),
        ("a: 1\nb: !!bool perhaps", 2, "'perhaps' cannot be read as bool"),
        ("a: !!timestamp soon", 1, "'soon' cannot be read as timestamp"),
    ],
    ids=["nul", "vertical-tab", "digits", "bool", "timestamp"],
)
def test_what_cannot_be_read_at_all_is_told_with_its_line(text: str, line: int, said: str) -> None:
    (found,) = problems(text)
    assert found.line == line and said in found.message and found.mend
    assert len(found.message) < 200


def test_keys_are_text_as_they_are_written() -> None:
    located = parse_yaml("1: a\n~: b\nno: c\n1_000: d\n<<: {e: f}\n")
    assert located.data == {"1": "a", "~": "b", "no": "c", "1_000": "d", "e": "f"}
    assert [located.line((key,)) for key in ("1", "~", "no", "1_000")] == [1, 2, 3, 4]
    (found,) = [each for each in problems(GOOD + "~: 3\n") if each.code == "unknown-key"]
    assert found.line == 11 and "unknown key '~'" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "name: [",
        "a: > 5\nb:",
        "a: &x [*x]",
        "- just\n- a list",
        "",
        "\tname: x",
        "a: !!python/object:os.system {}",
    ],
)
def test_what_is_no_policy_is_refused_in_words(text: str) -> None:
    assert problems(text)


def test_yaml_is_read_as_people_mean_it() -> None:
    data = parse_yaml("a: 09:30\nb: no\nc: on\nd: true\ne: 1_000\nf: 0.5\ng:\nh: 017\n").data
    assert data == {
        "a": "09:30", "b": "no", "c": "on", "d": True, "e": 1000, "f": 0.5, "g": None, "h": "017",
    }  # fmt: skip


def test_yaml_of_programs_that_read_an_older_one_has_more_words_for_yes_and_no() -> None:
    text = "a: no\nb: on\nc: 'on'\nyes: [OFF, Yes, y]\nd: 017\ne: 09:30\nf: true\n"
    assert parse_yaml(text, is_old=True).data == {
        "a": False, "b": True, "c": "on", "yes": [False, True, "y"], "d": "017", "e": "09:30",
        "f": True,
    }  # fmt: skip


def test_lines_are_kept_for_every_place() -> None:
    located = parse_yaml(GOOD, "x.yaml")
    assert located.line(("rules", 0, "when", "difficulty")) == 8
    assert located.line(("rules", 0, "when", "gone")) == 7
    assert located.place(("pools", "strong")) == "x.yaml:3 (pools.strong)"


def test_a_missing_file_and_a_misspelt_shipped_name_are_told_apart(tmp_path: FilePath) -> None:
    with pytest.raises(PolicyFileError, match="Did you mean 'cost-first'"):
        find_policy("cost-frist")
    with pytest.raises(PolicyFileError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9\xff")
    with pytest.raises(PolicyFileError, match="UTF-8"):
        read_yaml(tmp_path / "latin.yaml")


def test_the_default_policy_is_shipped() -> None:
    assert DEFAULT in shipped_policies()
    assert load_policy(DEFAULT).name == "customer-service"


def test_the_version_follows_what_the_policy_says_and_not_its_remarks_or_tests() -> None:
    version = parse_policy(GOOD).version
    assert parse_policy("# a remark\n" + GOOD).version == version
    assert (
        parse_policy(GOOD + "expect: [{rule: hard, signals: {difficulty: 0.9}}]\n").version
        == version
    )
    assert parse_policy(GOOD.replace("0.5", "0.6")).version != version


def test_a_remark_anywhere_does_not_change_the_version_and_older_rows_stay_this_policys() -> None:
    plain = """
name: remarked
pools: {p: {models: [m]}}
rules: [{name: r, when: {metadata: {about: parcels}}, use: p}]
default: {use: p}
splits: {s: {pool: p, arms: {a: {share: 10%, use: m}, b: {share: rest}}}}
"""
    remarked = plain.replace("name: remarked", "name: remarked\nabout: whole")
    remarked = remarked.replace("{models:", "{about: pool, models:")
    remarked = remarked.replace("{name: r,", "{name: r, about: rule,")
    remarked = remarked.replace("{pool: p,", "{pool: p, about: split,")
    assert remarked.count("about:") == 5
    one, other = parse_policy(plain), parse_policy(remarked)
    assert one.version == other.version
    assert parse_policy(plain.replace("parcels", "letters")).version != one.version
    # What the version was when remarks counted; rows of the ledger have it.
    assert other.former_version == "cda281dc90db" and other.decided("cda281dc90db")
    assert other.decided(other.version) and not other.decided("000000000000")


def test_a_reload_swaps_whole_and_keeps_the_last_good_policy(tmp_path: FilePath) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD, encoding="utf-8")
    store = PolicyStore(path)
    assert not store.reload().swapped
    first = store.current

    path.write_text(GOOD.replace("above 0.5", "above lots"), encoding="utf-8")
    broken = store.reload()
    assert not broken.swapped and not broken.is_good and broken.findings[0].line == 8
    assert store.current is first

    path.unlink()
    assert not store.reload().is_good and store.current is first

    path.write_text(GOOD.replace("above 0.5", "above 0.8"), encoding="utf-8")
    good = store.reload()
    assert good.swapped and good.is_good and good.before == first.version
    assert store.current.version == good.version != first.version


def test_a_vet_can_refuse_a_policy_that_reads_well(tmp_path: FilePath) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD, encoding="utf-8")

    def vet(policy: object) -> list[Finding]:
        severity = "error" if getattr(policy, "name", "") == "bad" else "warning"
        return [Finding(severity=severity, code="x", message="vetted")]  # type: ignore[arg-type]

    store = PolicyStore(path, vet=vet)
    assert store.findings[0].message == "vetted"
    path.write_text(GOOD.replace("name: mine", "name: bad"), encoding="utf-8")
    assert not store.reload().is_good
    assert store.current.name == "mine"


def test_parts_of_one_may_be_written_in_percent_everywhere() -> None:
    text = """\
name: parts
terms: {hedge: {max_share: MAX}}
dispatcher: {use: a, confidence: SURE}
pools: {a: {objective: weighted, quality_floor: FLOOR, models: [x, y], weights: {x: W, y: V}}}
default: {use: a, cascade: {escalate: b, judge: {agreement: {at_least: ALIKE}}}}
expect: [{signals: {}, load: BUSY, pool: a}]
"""
    read = []
    for said in (
        ("10%", "62.5 %", "60%", "70%", "30%", "'40%'", "100%"),
        ("0.1", "0.625", "0.6", "0.7", "0.3", "0.4", "1"),
    ):
        whole = text
        for name, value in zip(("MAX", "SURE", "FLOOR", "W", "V", "ALIKE", "BUSY"), said, strict=True):  # fmt: skip
            whole = whole.replace(name, value)
        read.append(parse_policy(whole))
    assert read[0].doc == read[1].doc and read[0].version == read[1].version
    assert read[0].pools["a"].quality_floor == 0.6


@pytest.mark.parametrize("floor", ["'60'", "60 percent", "-5%", "101%", "60%%", "%", "1e1%"])
def test_a_part_in_percent_is_read_strictly(floor: str) -> None:
    assert problems(
        f"name: p\npools: {{a: {{quality_floor: {floor}, models: [x]}}}}\ndefault: {{use: a}}\n"
    )

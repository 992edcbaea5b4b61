"""Tests in a policy: each tries something, or says why it cannot and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import fields

from local_models.classifiers.intents import GROUPS
from policies.checking import check_file
from policies.expectations import build_signals
from policies.facts import CEL_NAMES
from policies.findings import Finding
from policies.given import ELSEWHERE, NAMED
from policies.schema import ConditionDoc
from policies.signals import GROUP_OF, PII_KINDS, Caller, Signals
from providers.demands import find_demands
from providers.messages import (
    AudioPart,
    ChatRequest,
    FilePart,
    Function,
    ImagePart,
    ImageUrl,
    JsonSchema,
    Message,
    ResponseFormat,
    Tool,
    VideoPart,
)
from router.steps.privacy import KINDS
from router.steps.understanding import read_modalities, read_needs
from tests.policies.worlds import make_model

POLICY = """\
name: tried
pools:
  strong: {models: [a, b]}
  cheap: {models: [c]}
rules:
  - {name: hard, when: {difficulty: above 0.5}, use: strong}
  - {name: upset, when: {intent_group: complaint}, use: strong}
  - {name: vips, when: {tier: vip-*}, use: strong}
  - {name: at-home, when: {metadata: {app: web}}, use: cheap, must_stay_local: true}
default: {use: cheap, fallbacks: [strong]}
fallbacks: [cheap]
splits:
  s: {pool: strong, arms: {x: {share: 50%, use: a}, y: {share: rest}}}
expect:
  - {signals: {difficulty: 0.9}, rule: hard}
  - CASE
"""
LINE = 16
_COMBINING = {"all_", "any_", "not_", "cel"}
MODELS = [make_model("a"), make_model("b"), make_model("c"), make_model("d", is_local=True)]


def tried(case: str, folder: Path, **more: object) -> list[Finding]:
    path = folder / "policy.yaml"
    path.write_text(POLICY.replace("CASE", case), encoding="utf-8")
    found = check_file(path, MODELS, **more)  # type: ignore[arg-type]
    return [each for each in found if each.line == LINE]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("{signals: {prompt_tokens: many}, pool: cheap}", "`prompt_tokens: 1200`"),
        ("{signals: {turns: 1.5}, pool: cheap}", "must be a whole number, not 1.5"),
        ("{signals: {has_code: none}, pool: cheap}", "`has_code: false`"),
        ("{signals: {code: perhaps}, pool: cheap}", "must be true or false, not 'perhaps'"),
        ("{signals: {difficulty: '0.9'}, pool: cheap}", "must be a number, not '0.9'"),
        ("{signals: {expected_quality: high}, pool: cheap}", "`expected_quality: {gpt-6-sol: 0.8}`"),
        ("{signals: {expected_quality: {aa: 0.8}}, pool: cheap}", "`expected_quality:` names 'aa'"),
        ("{signals: {slots: phone}, pool: cheap}", "`slots: {date: [tomorrow]}`"),
        ("{signals: {slots: {fone: ['1']}}, pool: cheap}", "Did you mean 'phone'"),
        ("{signals: {intent: }, pool: cheap}", "not nothing"),
        ("{signals: {intent: refnd}, pool: cheap}", "Did you mean 'refund'"),
        ("{signals: {pii: [idcard]}, pool: cheap}", "Did you mean 'id_card'"),
        ("{signals: {needs: tool}, pool: cheap}", "Did you mean 'tools'"),
        ("{signals: {language: chinese}, pool: cheap}", "Known: en, mixed, none, other, zh"),
        ("{signals: {tokens: many}, pool: cheap}", "'tokens' must be a whole number|`tokens: 1200`"),
        ("{signals: {tokens: 1, prompt_tokens: 2}, pool: cheap}", "'tokens' and 'prompt_tokens' are the same"),
        ("{signals: {prompt_tokens: 2, tokens: 1}, pool: cheap}", "'prompt_tokens' and 'tokens' are the same"),
        ("{signals: {tokens: -1}, pool: cheap}", "cannot be -1: it is a whole number, 0 or more"),
        ("{signals: {difficulty: 50}, pool: strong}", "`difficulty: 0.5`"),
        ("{signals: {difficulty: 500}, pool: strong}", "it is a number from 0 to 1"),
        ("{signals: {turns: 0}, pool: cheap}", "`turns: 3`"),
        ("{signals: {turns: 3k%}, pool: cheap}", "must be a whole number"),
        ("{signals: {expected_quality: {a: 80}}, pool: cheap}", "cannot be 80"),
        ("{signals: {tokens_by_family: many}, pool: cheap}", "`tokens_by_family: {qwen: [1200, 1300]}`"),
        ("{signals: {tier: vip}, pool: cheap}", "It belongs under `caller:`"),
        ("{signals: {key: shop}, pool: cheap}", "It belongs under `caller:`"),
        ("{caller: {tokens: 5}, pool: cheap}", "It belongs under `signals:`"),
        ("{signals: {intent_count: 2}, pool: cheap}", "they are counted"),
        ("{signals: {load: 0.9}, pool: cheap}", "beside `signals:`"),
        ("{signals: {tokns: 5}, pool: cheap}", "Did you mean 'tokens'"),
        ("{say: '', pool: cheap}", "nothing is said"),
        ("{caller: {user: 1001}, pool: cheap}", "`user: '1001'`"),
        ("{caller: {must_stay_local: none}, refused: true}", "`must_stay_local: false`"),
        ("{caller: {metadata: hello}, pool: cheap}", "`metadata: {app: web}`"),
        ("{caller: {metadata: {app: 5}}, pool: cheap}", "a text for each name"),
        ("{at: yesterday, pool: cheap}", "`2026-11-21T03:00+08:00`"),
        ("{at: 2026-11-21T03:00, pool: cheap}", "2026-11-21T03:00+08:00"),
        ("{pool: }", "empty|no value"),
        ("{rule: default, arm: {}}", "`arm:` is empty"),
        ("{model: strng, refused: true}", "Did you mean 'strong'"),
        ("{caller: {metadata: {app: web}}, refused: true, pool: cheap}", "would test nothing"),
        ("{unavailable: [aa], pool: cheap}", "names 'aa', and there is none"),
        ("{unavailable: [strong], pool: cheap}", "That is a pool: name its models."),
        ("{goes_to: [c, e]}", "`goes_to:` names 'e'"),
        ("{goes_to: cheap}", "or write `pool:`"),
        ("{rule: hrd}", "Did you mean 'hard'"),
        ("{pool: chep}", "Did you mean 'cheap'"),
        ("{rule: hard, arm: {t: x}}", "`arm:` names 't'"),
        ("{signals: {difficulty: 0.9}, arm: {s: z}}", "`arm: s:` names 'z'"),
        ("{caller: {metadata: {app: web}}, pool: cheap}", "Write `refused: true` if that is meant"),
        ("{caller: {tier: gold, metadata: {tier: vip-1}}, rule: vips}", "'tier' is 'gold', and 'vip-1' in its `metadata`"),
        ("{caller: {metadata: {must_stay_local: perhaps}}, refused: true}", "'perhaps' is neither yes nor no"),
        ("{at: 2026-11-21, pool: cheap}", "has no time zone. Add one: 2026-11-21T00:00+08:00"),
    ],
)  # fmt: skip
def test_a_case_that_tests_nothing_is_told_with_line_and_mend(
    case: str, said: str, tmp_path: Path
) -> None:
    found = tried(case, tmp_path)
    assert found and all(each.is_error for each in found), found
    assert any(
        any(part in f"{each.message} {each.mend}" for part in said.split("|")) for each in found
    ), found


@pytest.mark.parametrize(
    "case",
    [
        "{signals: {intent: complaint}, rule: upset}",
        "{signals: {intent: complaint, intent_group: query}, rule: default}",
        "{signals: {intents: complaint}, rule: upset}",
        "{signals: {code: yes}, caller: {must_stay_local: off}, goes_to: c}",
        "{signals: {intents: [complaint, refund]}, rule: upset}",
        "{signals: {intents: [refund, complaint]}, rule: default}",
        "{signals: {slots: {date: today}, pii: phone, modalities: [text, image]}, goes_to: c}",
        "{caller: {tier: vip-1}, rule: vips}",
        "{caller: {key: shop}, signals: {code: true, unsure: true, modality: image}, goes_to: c}",
        "{signals: {tokens: 6k, confidence: 50%, intensity: 0.5, difficulty: 70%}, rule: hard}",
        "{model: b, rule: model, pool: b}",
        "{caller: {metadata: {app: web}}, refused: true}",
        "{caller: {metadata: {tier: ' vip-1 '}}, rule: vips}",
        "{caller: {tier: vip-1, metadata: {tier: vip-1, Must-Stay-Local: 'no'}}, rule: vips}",
        "{caller: {metadata: {must-stay-local: 'yes'}}, refused: true}",
        "{unavailable: [c], goes_to: [a]}",
    ],
)
def test_a_case_that_goes_where_it_says_has_nothing_found(case: str, tmp_path: Path) -> None:
    assert tried(case, tmp_path) == []


def test_an_utterance_s_group_stands_unless_an_intent_is_given_beside_it(tmp_path: Path) -> None:
    def read(said: str) -> Signals:
        return Signals(intent="complaint", intents=("complaint",), intent_group="complaint")

    assert tried("{say: how dare you, rule: upset}", tmp_path, read=read) == []
    given = "{say: how dare you, signals: {intent: refund}, rule: default}"
    assert tried(given, tmp_path, read=read) == []


def test_the_first_of_several_intents_is_the_main_one_unless_another_is_given() -> None:
    several = build_signals({"intents": ["complaint", "refund"]})
    assert (several.intent, several.intent_group) == ("complaint", "complaint")
    assert several.intents == ("complaint", "refund")
    other = build_signals({"intent": "refund", "intents": ["complaint", "refund"]})
    assert (other.intent, other.intent_group) == ("refund", GROUP_OF["refund"])
    before = Signals(intent="refund", intents=("refund",), intent_group=GROUP_OF["refund"])
    assert build_signals({"intents": []}, before).intent == "refund"


IMAGE = ImagePart(image_url=ImageUrl(url="https://shop/1.png"))
SCHEMA = ResponseFormat(
    type="json_schema", json_schema=JsonSchema(name="a", schema=msgspec.Raw(b"{}"))
)
CALL = Function(name="find", parameters=msgspec.Raw(b"{}"))
ALIKE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"answers": 3}, {"n": 3}),
    ({"modality": "image"}, {"content": (IMAGE,)}),
    ({"modality": ["text", "image"]}, {"content": (IMAGE,)}),
    ({"needs": "vision"}, {"content": (IMAGE,)}),
    ({"demands": "image"}, {"content": (IMAGE,)}),
    ({"modality": "audio"}, {"content": (AudioPart(input_audio=msgspec.Raw(b"{}")),)}),
    ({"needs": "audio"}, {"content": (AudioPart(input_audio=msgspec.Raw(b"{}")),)}),
    ({"modality": "video"}, {"content": (VideoPart(video_url=msgspec.Raw(b"{}")),)}),
    ({"demands": "file_by_id"}, {"content": (FilePart(file=msgspec.Raw(b'{"file_id": "f"}')),)}),
    ({"needs": "json_schema"}, {"response_format": SCHEMA}),
    ({"demands": "json_schema"}, {"response_format": SCHEMA}),
    ({"demands": "missing_schema"}, {"response_format": ResponseFormat(type="json_schema")}),
    ({"needs": "json_mode"}, {"response_format": ResponseFormat(type="json_object")}),
    ({"demands": "forced_call"}, {"tool_choice": "required", "tools": (Tool(function=CALL),)}),
]
"""What a case gives, and a request of the kind that it stands for."""


@pytest.mark.parametrize(("given", "asked"), ALIKE, ids=lambda each: "-".join(map(str, each)))
def test_what_a_case_gives_brings_along_what_a_real_request_has_with_it(
    given: dict[str, Any], asked: dict[str, Any]
) -> None:
    rest = dict(asked)
    said = Message(role="user", content=rest.pop("content", "hello"))
    request = ChatRequest(model="auto", messages=(said,), **rest)
    modalities = read_modalities(request.messages)
    case = build_signals(given)
    assert case.modalities == modalities
    assert case.needs == read_needs(request, modalities)
    assert case.demands == find_demands(request)
    assert case.answers == request.n


def test_several_answers_are_two_and_whoever_asks_again_has_asked_before_unless_it_says_more() -> (
    None
):
    assert build_signals({"demands": "several_answers"}).answers == 2
    assert build_signals({"demands": "several_answers", "answers": 5}).answers == 5
    assert build_signals({"reask": True}).turns == 2
    assert build_signals({"reask": True, "turns": 4}).turns == 4
    assert build_signals({}, Signals(turns=3, is_reask=True)).turns == 3
    assert build_signals({}) == Signals()


def test_flags_are_given_as_conditions_take_them() -> None:
    for word in ("yes", "on", "Yes", "true"):
        assert build_signals({"code": word}).has_code
    for word in ("no", "off", "OFF", "false"):
        assert not build_signals({"code": word}, Signals(has_code=True)).has_code


def test_intents_of_one_s_own_may_be_said(tmp_path: Path) -> None:
    case = "{signals: {intent: loan}, rule: default}"
    assert tried(case, tmp_path, intents=("loan", "other")) == []
    (found,) = tried(case, tmp_path)
    assert "cannot say 'loan'" in found.message
    assert build_signals({"intent": "loan"}, intents=("loan",)).intent_group == "other"


def test_every_name_of_a_condition_can_be_given_or_is_told_how() -> None:
    own = {field.name for struct in (Signals, Caller) for field in fields(struct)}
    for name in {*CEL_NAMES, *ConditionDoc.model_fields} - _COMBINING:
        given = NAMED.get(name, name)
        assert given in own or name in ELSEWHERE, name
    assert set(NAMED.values()) <= own


def test_the_page_on_policies_lists_every_name_that_may_be_given() -> None:
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1].strip(): row for row in page.splitlines() if row.startswith("| `")}
    short = {own: name for name, own in NAMED.items()}
    for key, struct in (("`signals`", Signals), ("`caller`", Caller)):
        for field in fields(struct):
            assert f"`{short.get(field.name, field.name)}`" in rows[key], field.name


def test_groups_and_kinds_are_those_of_whoever_reads_requests() -> None:
    assert dict(GROUP_OF) == GROUPS
    assert set(PII_KINDS) == set(KINDS)

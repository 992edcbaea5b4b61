"""Who is asked besides the model that answers: dispatcher and judges, within every limit."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from policies.checking import check_policy
from policies.consulting import Consultation, consult
from policies.decision import Plan
from policies.explain import plan_as_json, plan_as_tree
from policies.findings import Finding
from policies.loader import parse_policy, parse_yaml
from policies.signals import Caller, Candidate, Signals, Surroundings
from router.storage.entries import decode_plan, encode_plan
from tests.policies.worlds import ALL, AROUND, make_model, plan

MODELS = [
    make_model("small", is_local=True),
    make_model("reader"),
    make_model("strong"),
    make_model("plain", abilities=frozenset({"streaming"})),
]
INQUIRING = """
name: p
dispatcher: {use: reading}
pools:
  reading: {models: [reader, strong]}
  rest: {models: [plain, small]}
default: {use: rest}
"""
CASCADING = """
name: p
terms: {max_attempts: 4}
pools:
  first: {models: [small]}
  judging: {models: [plain, reader]}
  large: {models: [strong]}
rules:
  - name: judged
    when: {intent: refund}
    use: first
    cascade: {judge: {check: judging}, escalate: large}
default: {use: large, fallbacks: [first]}
"""
UNSURE = Signals(is_unsure=True, prompt_tokens=80)
REFUND = Signals(intent="refund", prompt_tokens=80)


def inquire(
    text: str = INQUIRING,
    signals: Signals = UNSURE,
    caller: Caller | None = None,
    models: list[Candidate] | None = None,
    around: Surroundings = AROUND,
) -> Consultation | None:
    return consult(parse_policy(text), signals, caller or Caller(), models or MODELS, around)


def judged(signals: Signals = REFUND, text: str = CASCADING, **more: object) -> Plan:
    return plan(text, signals, models=MODELS, **more)  # type: ignore[arg-type]


def reasons(made: Plan) -> str:
    return plan_as_tree(made)


def found(text: str, models: list[Candidate] = MODELS) -> list[Finding]:
    whole = f"{text}\nexpect: [{{signals: {{}}, rule: default}}]"
    return check_policy(parse_policy(parse_yaml(whole, "p.yaml")), models)


# -- the dispatcher --------------------------------------------------------------------------------


def test_a_model_is_asked_where_the_reader_is_unsure_and_nowhere_else() -> None:
    asked = inquire()
    assert asked is not None and asked.plan is not None
    assert asked.plan.models == ("reader", "strong")
    assert (asked.plan.terms.deadline_seconds, asked.plan.terms.retries_per_model) == (1.5, 0)
    assert "reader is asked" in asked.why.text
    assert inquire(signals=Signals()) is None
    assert inquire(INQUIRING.replace("dispatcher: {use: reading}", "")) is None


def test_any_condition_can_say_when_it_is_asked() -> None:
    text = INQUIRING.replace("use: reading}", "use: reader, when: {confidence: below 0.4}}")
    asked = inquire(text, Signals(intent_confidence=0.3))
    assert asked is not None and asked.plan is not None
    assert asked.plan.models == ("reader",)
    assert inquire(text, Signals(intent_confidence=0.5, is_unsure=True)) is None


def test_a_model_that_cannot_answer_by_a_schema_is_not_asked() -> None:
    asked = inquire(INQUIRING.replace("[reader, strong]", "[plain]"))
    assert asked is not None and asked.plan is None
    assert "plain: cannot do json_schema" in [each.text for each in asked.why.below]


@pytest.mark.parametrize(
    ("caller", "constraint"),
    [
        (Caller(must_stay_local=True), ""),
        (Caller(), "constraints: [{name: c, when: {unsure: true}, must_stay_local: true}]"),
        (Caller(), "constraints: [{name: c, region: mars}]"),
    ],
    ids=["the caller's wish", "a constraint", "a region"],
)
def test_limits_on_the_request_bind_the_model_that_reads_it(
    caller: Caller, constraint: str
) -> None:
    outside = inquire(INQUIRING + constraint, caller=caller)
    assert outside is not None and outside.plan is None
    inside = inquire((INQUIRING + constraint).replace("use: reading", "use: small"), caller=caller)
    assert inside is not None and inside.plan is not None
    assert inside.plan.models == ("small",)


def test_the_limits_of_the_rule_that_would_decide_now_bind_it_too_but_do_not_stay() -> None:
    text = INQUIRING.replace("{use: rest}", "{use: rest, must_stay_local: true}")
    asked = inquire(text)
    assert asked is not None and asked.plan is None
    assert not asked.earlier.bounds.must_stay_local


def test_the_needs_and_the_length_of_the_request_do_not_bind_it() -> None:
    long = Signals(
        is_unsure=True,
        prompt_tokens=900_000,
        needs=frozenset({"audio"}),
        modalities=frozenset({"text", "audio"}),
    )
    asked = inquire(signals=long)
    assert asked is not None and asked.plan is not None


def test_a_spent_budget_lets_only_free_models_read() -> None:
    free = make_model(
        "free", input_usd_per_million=Decimal(0), output_usd_per_million=Decimal(0), abilities=ALL
    )
    broke = Surroundings(
        now=datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC), budget_left_usd=Decimal(0)
    )
    text = INQUIRING.replace("[reader, strong]", "[reader, free]")
    asked = inquire(text, models=[*MODELS, free], around=broke)
    assert asked is not None and asked.plan is not None
    assert asked.plan.models == ("free",)


# -- cascades --------------------------------------------------------------------------------------


def test_a_judged_rule_names_who_answers_first_who_judges_and_who_stands_behind() -> None:
    made = judged()
    assert made.cascade is not None
    assert (made.models, made.cascade.first) == (("small", "strong"), ("small",))
    assert [judge.kind for judge in made.cascade.judges] == ["refusal", "check"]
    assert [each.model for each in made.cascade.judges[1].models] == ["reader"]
    assert "small answers first and is judged" in reasons(made)
    assert judged(Signals()).cascade is None


def test_a_plan_with_a_cascade_survives_the_ledger_and_json() -> None:
    made = judged()
    assert decode_plan(encode_plan(made)) == made
    assert plan_as_json(made)["cascade"]["first"] == ("small",)


def test_room_is_kept_for_those_who_answer_after_the_first() -> None:
    text = CASCADING.replace("[small]", "[small, plain, reader]").replace(
        "attempts: 4", "attempts: 3"
    )
    made = judged(text=text)
    assert made.cascade is not None
    assert made.cascade.first == ("small",)
    assert "strong" in made.models


def test_a_judge_that_may_not_be_asked_is_left_out_and_the_others_judge() -> None:
    local = CASCADING + "constraints: [{name: c, must_stay_local: true}]"
    local = local.replace("{models: [strong]}", "{models: [other]}")
    models = [*MODELS, make_model("other", is_local=True)]
    made = plan(local, REFUND, models=models)
    assert made.cascade is not None
    assert [judge.kind for judge in made.cascade.judges] == ["refusal"]
    assert "nobody of 'judging' may give a check" in reasons(made)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"{models: [strong]}": "{models: [gone]}"}, "nobody stands behind the first pool"),
        ({"{models: [small]}": "{models: [gone]}"}, "nobody of the first pool may answer"),
        (
            {"{check: judging}": "{refusal: false, check: plain}"},
            "nobody may judge",
        ),
    ],
)
def test_where_nobody_can_judge_or_follow_the_first_answer_is_the_answer(
    changes: dict[str, str], said: str
) -> None:
    text = CASCADING.replace("default: {use: large, fallbacks: [first]}", "default: {use: plain}")
    for before, after in changes.items():
        text = text.replace(before, after)
    made = judged(text=text)
    assert made.cascade is None
    assert said in reasons(made)


def test_an_experiment_that_sends_users_elsewhere_is_not_judged() -> None:
    text = CASCADING + (
        "splits: {s: {pool: first, arms: {a: {share: 100%, use: strong}, b: {share: rest}}}}"
    )
    made = judged(text=text)
    assert (made.primary.model, made.cascade) == ("strong", None)
    assert "cascade: a split sends the request elsewhere, so none is judged" in reasons(made)


def test_an_arm_that_names_the_rule_s_own_pool_is_judged_as_without_that_line() -> None:
    arms = "splits: {s: {pool: first, arms: {a: {share: 100%%}, b: {share: rest, use: strong}}}}"
    plain = judged(text=CASCADING + arms.replace("%%}", "%}"))
    named = judged(text=CASCADING + arms.replace("%%}", "%, use: first}"))
    assert plain.cascade is not None
    assert (named.cascade, named.models, named.pool) == (plain.cascade, plain.models, plain.pool)


def test_a_model_or_pool_that_the_caller_names_is_not_judged() -> None:
    assert judged(requested="small").cascade is None
    assert judged(requested="first").cascade is None


def test_several_answers_are_not_judged_and_the_plan_says_so() -> None:
    made = judged(replace(REFUND, answers=2))
    assert (made.primary.model, made.cascade) == ("small", None)
    assert "cascade: several answers are wanted" in reasons(made)
    assert "answers first and is judged" not in reasons(made)


# -- what check finds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (INQUIRING.replace("use: reading", "use: readng"), "unknown-model", "Did you mean 'reading'"),
        (INQUIRING.replace("use: reading", "use: plain"), "unable", "json_schema"),
        (
            INQUIRING.replace("use: reading", "use: reader, deadline_seconds: 200"),
            "too-slow",
            "200 s",
        ),
        (
            INQUIRING.replace("use: reading", "use: reader, when: {turns: 3, all: [{turns: 4}]}"),
            "never",
            "contradict",
        ),
        (CASCADING.replace("check: judging", "check: judgin"), "unknown-model", "judging"),
        (CASCADING.replace("escalate: large", "escalate: huge"), "unknown-model", "no pool or model"),
        (CASCADING.replace("escalate: large", "escalate: first"), "same-pool", "stronger"),
        (CASCADING.replace("check: judging", "check: plain"), "unable", "verdict"),
        (CASCADING.replace("attempts: 4", "attempts: 1"), "no-room", "one call"),
        (
            CASCADING.replace("check: judging", "agreement: {with: nobody}"),
            "unknown-model",
            "no pool or model",
        ),
    ],
)  # fmt: skip
def test_check_finds_what_cannot_work_with_its_line_and_mend(
    text: str, code: str, words: str
) -> None:
    hits = [each for each in found(text) if each.code == code]
    assert hits and hits[0].is_error
    assert words in f"{hits[0].message} {hits[0].mend}"
    assert hits[0].line > 1


ABROAD = """
name: p
dispatcher: {use: out}
pools:
  out: {models: [reader, far]}
  home: {models: [small]}
  both: {models: [small, far]}
LIMITS
default: {use: home}
fallbacks: [out]
"""
THERE = [
    make_model("small", is_local=True),
    make_model("reader", region="us"),
    make_model("far", region="cn"),
    make_model("plain", abilities=frozenset({"streaming"})),
]


@pytest.mark.parametrize(
    ("when", "is_found"),
    [
        ("{intents: [complaint, human_agent]}", True),
        ("{intent: refund}", True),
        ("{intent_group: complaint}", True),
        ("{emotion: negative}", True),
        ("{intensity: at least 0.5}", True),
        ("{difficulty: above 0.7}", True),
        ("{quality: {of: home, is: below 0.6}}", True),
        ("{cel: 'intent == \"refund\"'}", True),
        ("{cel: 'difficulty > 0.7 || code'}", True),
        ("{any: [{pii: any}, {intent: complaint}]}", True),
        ("{pii: any, intents: complaint}", True),
        ("{not: {intent: other}}", True),
        ("{not: {intent: smalltalk}}", False),  # unsure is no small talk
        ("{unsure: false}", True),
        ("{unsure: true}", False),  # holds whenever a model is asked
        ("{any: [{unsure: true}, {intents: complaint}]}", False),
        ("{pii: any}", False),
        ("{tier: vip}", False),
        ("{cel: 'tokens > 1000'}", False),
        ("{language: zh, tokens: above 100}", False),
        ("{sarcasm: at least 0.6}", False),
    ],
)
@pytest.mark.parametrize("limit", ["must_stay_local: true", "region: cn"])
@pytest.mark.parametrize("section", ["constraints", "rules"])
def test_a_limit_that_a_dispatcher_outside_must_read_first_is_found(
    when: str, is_found: bool, limit: str, section: str
) -> None:
    use = ", use: home" if section == "rules" else ""
    text = ABROAD.replace("LIMITS", f"{section}: [{{name: c, when: {when}, {limit}{use}}}]")
    hits = [each for each in found(text, THERE) if each.code == "read-outside"]
    assert len(hits) == is_found
    for each in hits:
        assert not each.is_error and each.line == 8 and "dispatcher reads" in each.message
        assert "reader" in each.message and "any-local" in each.mend


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("dispatcher: {use: out}", "dispatcher: {use: home}"),
        ("dispatcher: {use: out}", "dispatcher: {use: small}"),
        ("dispatcher: {use: out}", ""),
        ("dispatcher: {use: out}", "dispatcher: {use: out, when: {tier: standard, intents: refund}}"),
        (", must_stay_local: true", ", needs: json_schema"),
        ("[reader, far]", "[plain, small]"),
    ],
)  # fmt: skip
def test_a_limit_that_nobody_outside_reads_first_is_left_alone(find: str, put: str) -> None:
    limit = "{name: c, when: {tier: vip, intents: complaint}, must_stay_local: true}"
    text = ABROAD.replace("LIMITS", f"constraints: [{limit}]")
    assert [each for each in found(text, THERE) if each.code == "read-outside"]
    changed = text.replace(find, put)
    assert changed != text
    assert not [each for each in found(changed, THERE) if each.code == "read-outside"]


@pytest.mark.parametrize(
    ("limits", "is_found"),
    [
        ("[{name: c, must_stay_local: true}]", True),
        ("[{name: c, when: {unsure: true}, region: eu}]", True),
        ("[{name: c, when: {intent: other}, must_stay_local: true}]", True),
        ("[{name: c, when: {tier: vip}, must_stay_local: true}]", False),
        ("[{name: c, when: {unsure: false}, must_stay_local: true}]", False),
        ("[{name: c, region: cn}]", False),
        ("[{name: c, needs: tools}]", False),
    ],
)
def test_a_dispatcher_that_limits_always_keep_out_is_found(limits: str, is_found: bool) -> None:
    hits = found(ABROAD.replace("LIMITS", f"constraints: {limits}"), THERE)
    assert any(each.code == "kept-out" and each.is_error for each in hits) is is_found


KEPT = """
name: p
pools:
  out: {models: [reader]}
  cn: {models: [far]}
  home: {models: [small]}
  home-too: {models: [small, tiny]}
rules:
  - {name: r, when: {tier: vip}, use: USE, LIMIT, cascade: {judge: JUDGE, escalate: UP}, fallbacks: BEHIND}
default: {use: out}
"""


@pytest.mark.parametrize(
    ("use", "limit", "judge", "up", "behind", "said"),
    [
        ("home", "must_stay_local: true", "{check: out}", "out", "[]", "answers what fails|may never judge"),
        ("home", "must_stay_local: true", "{check: cn}", "home-too", "[]", "'cn' may never judge"),
        ("home", "must_stay_local: true", "{agreement: {with: out}}", "home-too", "[]", "'out' may never judge"),
        ("home", "must_stay_local: true", "{}", "out", "[cn]", "what fails"),
        ("home", "must_stay_local: true", "{}", "out", "[home-too]", "can never escalate to 'out'"),
        ("home", "region: cn", "{check: out}", "out", "[]", "what fails|may never judge"),
        ("cn", "region: cn", "{check: cn}", "out", "[]", "what fails"),
        ("home", "must_stay_local: true", "{}", "home-too", "[]", ""),
        ("home", "region: cn", "{check: cn}", "cn", "[]", ""),
        ("home", "region: [cn, us]", "{check: out}", "out", "[]", ""),
        ("home", "region: us", "{check: home}", "out", "[]", ""),
        ("home", "must_stay_local: false", "{check: out}", "out", "[]", ""),
        ("home", "needs: tools", "{agreement: {at_least: 0.4}}", "out", "[]", ""),
    ],
)  # fmt: skip
def test_a_cascade_that_its_own_rule_s_limits_disable_is_found(
    use: str, limit: str, judge: str, up: str, behind: str, said: str
) -> None:
    text = KEPT
    for name, value in (("USE", use), ("LIMIT", limit), ("JUDGE", judge), ("UP", up), ("BEHIND", behind)):  # fmt: skip
        text = text.replace(name, value)
    models = [*THERE, make_model("tiny", is_local=True)]
    told = [each for each in found(text, models) if each.code == "kept-out"]
    messages = " ".join(each.message for each in told)
    assert all(
        part in messages for part in said.replace("answers what", "may answer what").split("|")
    )
    assert bool(told) is bool(said)
    made = plan(text, caller=Caller(tier="vip"), models=models)
    if "what fails" in said:
        assert made.cascade is None and all(each.is_error for each in told)


def test_a_cascade_that_a_constraint_always_disables_is_found() -> None:
    text = KEPT.replace("USE", "home").replace("LIMIT, ", "").replace("JUDGE", "{}")
    text = text.replace("UP", "out").replace("BEHIND", "[]")
    assert not [each for each in found(text, THERE) if each.code == "kept-out"]
    limit = "constraints: [{name: vip-stays, when: {tier: [vip, gold]}, must_stay_local: true}]\n"
    assert [each for each in found(text + limit, THERE) if each.code == "kept-out"]
    other = limit.replace("[vip, gold]", "gold")
    assert not [each for each in found(text + other, THERE) if each.code == "kept-out"]


def test_check_warns_of_a_dispatcher_whose_price_is_unknown() -> None:
    models = [*MODELS, make_model("dear", input_usd_per_million=None)]
    hits = found(INQUIRING.replace("use: reading", "use: dear"), models)
    assert any(each.code == "unpriced" and "dear" in each.message for each in hits)


def test_what_works_is_not_complained_about() -> None:
    assert not [each for each in found(INQUIRING) if each.is_error or "reading" in each.message]
    assert not [each for each in found(CASCADING) if each.is_error or "judging" in each.message]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cascade: {escalate: large, judg: {}}", "judge"),
        ("cascade: {escalate: large, judge: {refusal: false}}", "without a judge"),
        ("cascade: {judge: {check: large}}", "escalate"),
    ],
)
def test_a_cascade_that_cannot_be_read_is_refused_with_words(line: str, words: str) -> None:
    text = f"name: p\npools: {{large: {{models: [a]}}}}\ndefault: {{use: b, {line}}}\n"
    with pytest.raises(Exception, match=words):
        parse_policy(parse_yaml(text, "p.yaml"))

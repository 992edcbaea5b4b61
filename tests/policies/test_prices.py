"""Long prompts and several deployments: what an estimate is made from."""

from __future__ import annotations

from decimal import Decimal

from policies.prices import UNKNOWN, Step, dearest
from policies.scoring import estimate_usd
from policies.signals import Caller, Candidate, Signals, Site
from tests.policies.worlds import make_model, plan

YUAN = (Step(0, Decimal("0.35"), Decimal("1.4")), Step(32_000, Decimal("0.56"), Decimal("2.24")))
DOLLARS = (Step(0, Decimal("1.2"), Decimal(6)), Step(128_000, Decimal(3), Decimal(15)))
FREE = (Step(0, Decimal(0), Decimal(0)),)
CN = Site(name="ds-cn/q", region="cn", prices=YUAN)
INTL = Site(name="ds-intl/q", region="intl", prices=DOLLARS)
HOME = Site(name="gpu/q", is_local=True, prices=FREE)
POLICY = """
name: p
pools: {all: {models: [q, other]}, cheap: {objective: cheapest, models: [other, q]}}
constraints:
  - {name: china, when: {tenant: bank}, region: cn}
  - {name: ids, when: {pii: any}, must_stay_local: true}
rules: [{name: cheap, when: {tier: cheap}, use: cheap}]
default: {use: all}
"""


def _tiered() -> Candidate:
    longer = (Step(32_000, Decimal(2), Decimal(8)), Step(128_000, None, None))
    return make_model("q", longer_prompts=longer)


def _deployed(*sites: Site) -> Candidate:
    (_, input_usd, output_usd), *longer = dearest([each.prices or UNKNOWN for each in sites])
    return make_model(
        "q",
        sites=sites,
        input_usd_per_million=input_usd,
        output_usd_per_million=output_usd,
        longer_prompts=tuple(longer),
    )


def test_the_size_of_the_prompt_decides_the_price_of_every_token() -> None:
    model = _tiered()
    assert estimate_usd(model, 32_000, 1_000) == Decimal("0.036")
    assert estimate_usd(model, 32_001, 1_000) == Decimal("0.072002")
    assert estimate_usd(model, 128_000, 0) == Decimal("0.256")


def test_past_the_last_listed_size_the_price_is_unknown() -> None:
    assert estimate_usd(_tiered(), 128_001, 1) is None


def test_of_several_deployments_the_dearest_counts_and_an_unknown_one_makes_it_unknown() -> None:
    assert dearest([YUAN, DOLLARS]) == (DOLLARS[0], Step(32_000, *DOLLARS[0][1:]), DOLLARS[1])
    assert dearest([YUAN, YUAN]) == YUAN
    assert dearest([FREE, UNKNOWN]) == UNKNOWN


def test_limits_leave_the_price_of_those_deployments_that_may_be_called() -> None:
    models = [_deployed(CN, INTL, HOME), make_model("other")]
    signals = Signals(prompt_tokens=1_000, max_output_tokens=100)

    def price(signals: Signals = signals, caller: Caller | None = None) -> str | None:
        return plan(POLICY, signals, caller, models=models).primary.estimated_usd

    # Twice each: the second time who may answer is remembered, and only the price worked out anew.
    for _ in range(2):
        assert price() == "0.0018"
        assert price(caller=Caller(tenant="bank")) == "0.00049"
        private = Signals(prompt_tokens=1_000, max_output_tokens=100, pii=frozenset({"phone"}))
        assert price(private) == "0"


def test_the_cheapest_is_found_among_the_deployments_that_may_be_called() -> None:
    models = [_deployed(CN, INTL), make_model("other", sites=(Site(name="o", region="cn"),))]
    signals = Signals(prompt_tokens=1_000, max_output_tokens=100)
    cheap = Caller(tier="cheap")
    assert plan(POLICY, signals, cheap, models=models).models == ("other", "q")
    bank = Caller(tier="cheap", tenant="bank")
    assert plan(POLICY, signals, bank, models=models).models == ("q", "other")

"""What a call costs, to the micro-dollar."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.calls import Usage
from providers.money import Exchange
from providers.pricing import FREE, PriceList, PriceRow, Rates, Tier, ceiling, cost, flat

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)


def rates(input_price: str, output_price: str, **more: str) -> Rates:
    return Rates(
        input=Decimal(input_price),
        output=Decimal(output_price),
        **{name: Decimal(value) for name, value in more.items()},
    )


def row(day: datetime.date, *tiers: Tier, **more: object) -> PriceRow:
    return PriceRow(starts_on=day, tiers=tiers, **more)  # type: ignore[arg-type]


QWEN = PriceList(
    (
        row(
            datetime.date(2025, 1, 1),
            Tier(rates=rates("1.2", "6"), up_to_tokens=32_000),
            Tier(rates=rates("2.4", "12"), above_tokens=32_000, up_to_tokens=128_000),
            Tier(rates=rates("3", "15"), above_tokens=128_000, up_to_tokens=252_000),
        ),
    )
)
SONNET = flat(rates("3", "15", cache_read="0.3", cache_write="3.75", cache_write_1h="6"))


def amount(prices: PriceList, **usage: object) -> Decimal | None:
    money = cost(prices, Usage(**usage), NOW)  # type: ignore[arg-type]
    return money.amount if money else None


def test_a_tier_prices_the_whole_call_and_not_only_what_is_above_its_bound() -> None:
    assert amount(QWEN, prompt_tokens=100_000, completion_tokens=1_000) == Decimal("0.252")
    assert amount(QWEN, prompt_tokens=32_000) == Decimal("0.0384")
    assert amount(QWEN, prompt_tokens=32_001) == Decimal("0.0768024")


def test_cache_reads_and_writes_are_taken_out_of_the_prompt_before_it_is_priced() -> None:
    used = {"prompt_tokens": 10_000, "cache_read_tokens": 8_000, "cache_write_tokens": 1_000}
    assert amount(SONNET, **used) == Decimal("0.00915")


def test_the_hour_long_cache_write_has_its_own_price_and_is_unknown_without_one() -> None:
    used = {"prompt_tokens": 1_000, "cache_write_1h_tokens": 1_000}
    assert amount(SONNET, **used) == Decimal("0.006")
    assert amount(flat(rates("3", "15")), **used) is None


def test_a_vendor_without_a_cache_rate_bills_cached_tokens_as_input() -> None:
    plain = flat(rates("2", "8"))
    assert amount(plain, prompt_tokens=1_000, cache_read_tokens=900) == Decimal("0.002")


@pytest.mark.parametrize("at", [datetime.datetime(2024, 6, 1, tzinfo=datetime.UTC)])
def test_a_day_before_the_first_row_has_no_known_price(at: datetime.datetime) -> None:
    assert cost(QWEN, Usage(prompt_tokens=1), at) is None


def test_what_is_unknown_is_none_and_never_zero() -> None:
    assert cost(None, Usage(prompt_tokens=1), NOW) is None
    assert cost(QWEN, None, NOW) is None
    assert amount(QWEN, prompt_tokens=252_001) is None
    assert amount(QWEN, prompt_tokens=1, service_tier="scale") is None


def test_a_local_model_costs_a_known_zero() -> None:
    money = cost(FREE, Usage(prompt_tokens=9_999, completion_tokens=9_999), NOW)
    assert money is not None
    assert money.amount == 0
    assert money.usd == 0


def test_service_tiers_multiply_every_rate() -> None:
    prices = PriceList(
        (
            row(
                datetime.date(2025, 1, 1),
                Tier(rates=rates("2", "8", cache_read="0.5")),
                service_tiers={"flex": Decimal("0.5"), "priority": Decimal(2)},
            ),
        )
    )
    used = {"prompt_tokens": 1_000_000, "cache_read_tokens": 500_000}
    assert amount(prices, **used, service_tier="default") == Decimal("1.25")
    assert amount(prices, **used, service_tier="flex") == Decimal("0.625")
    assert amount(prices, **used, service_tier="priority") == Decimal("2.5")


def test_reasoning_can_have_its_own_rate_or_make_all_output_dearer() -> None:
    used = {"completion_tokens": 1_000_000, "reasoning_tokens": 400_000}
    assert amount(flat(rates("1", "2", reasoning="5")), **used) == Decimal("3.2")
    assert amount(flat(rates("1", "2", thinking_output="8")), **used) == Decimal(8)
    assert amount(flat(rates("1", "2")), **used) == Decimal(2)


def test_the_price_of_the_day_holds_even_after_it_changed() -> None:
    changed = PriceList(
        (
            row(datetime.date(2026, 1, 1), Tier(rates=rates("4", "20"))),
            row(datetime.date(2026, 11, 1), Tier(rates=rates("2", "10"))),
        )
    )
    used = Usage(prompt_tokens=1_000_000)
    last = datetime.datetime(2026, 10, 31, 23, 59, tzinfo=datetime.UTC)
    before, after = cost(changed, used, last), cost(changed, used, NOW)
    assert before is not None and before.amount == 4
    assert after is not None and after.amount == 2
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    still_october = cost(changed, used, datetime.datetime(2026, 11, 1, 8, tzinfo=tokyo))
    assert still_october is not None and still_october.amount == 4


def test_a_bill_in_yuan_stays_in_yuan_and_says_what_it_is_in_dollars() -> None:
    prices = flat(rates("0.8", "2"), currency="CNY")
    used = Usage(prompt_tokens=1_000_000)
    exchange = Exchange({"CNY": ((datetime.date(2026, 1, 1), Decimal("0.15")),)})
    money = cost(prices, used, NOW, exchange=exchange)
    assert money is not None
    assert (money.amount, money.currency, money.usd) == (Decimal("0.8"), "CNY", Decimal("0.12"))
    assert str(money) == "0.8 CNY"
    nowhere = cost(prices, used, NOW, exchange=Exchange())
    assert nowhere is not None and nowhere.usd is None


def test_a_price_list_out_of_order_is_refused() -> None:
    later = row(datetime.date(2026, 1, 1), Tier(rates=rates("1", "1")))
    earlier = row(datetime.date(2025, 1, 1), Tier(rates=rates("1", "1")))
    with pytest.raises(ValueError, match="rising days"):
        PriceList((later, earlier))
    with pytest.raises(ValueError, match="needs a row"):
        PriceList(())


@given(
    prompt=st.integers(0, 250_000),
    out=st.integers(0, 100_000),
    read=st.integers(0, 100_000),
    written=st.integers(0, 100_000),
)
def test_no_call_costs_more_than_the_ceiling_that_was_reserved_for_it(
    prompt: int, out: int, read: int, written: int
) -> None:
    read = min(read, prompt)
    written = min(written, prompt - read)
    for prices in (QWEN, SONNET):
        paid = cost(
            prices,
            Usage(
                prompt_tokens=prompt,
                completion_tokens=out,
                cache_read_tokens=read,
                cache_write_tokens=written,
            ),
            NOW,
        )
        reserved = ceiling(prices, prompt_tokens=prompt, output_tokens=out, at=NOW)
        assert paid is not None and reserved is not None
        assert paid.amount <= reserved.amount

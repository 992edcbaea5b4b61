"""Traditional Chinese is read like simplified, and what is found in it is given back as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.classifiers.conversation import is_reask
from local_models.classifiers.entities import find_slots
from local_models.classifiers.escalation import is_escalation
from local_models.classifiers.features import read_glance
from local_models.classifiers.language import tell_language
from local_models.classifiers.matter import tell_matter
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.normalise import normalise
from local_models.classifiers.traditional import TABLE, simplify, simplify_with_patterns

AWKWARD = st.text(
    st.sampled_from("著名等著乾隆坤淨慰藉口瞭望解彷彿徨神祇是鍛鍊項甚麼至覆訂單a 9İ😀\ud800裡裏")
)


def test_every_character_becomes_one_that_is_simplified_itself() -> None:
    assert len(TABLE) > 2_500
    assert {len(simple) for simple in TABLE.values()} == {1}
    assert TABLE.keys().isdisjoint(map(ord, TABLE.values()))


@given(st.one_of(st.text(max_size=200), AWKWARD))
@example("她穿著著名品牌，乾淨又著急")
def test_both_ways_give_the_same_as_long_as_the_text_and_once_is_enough(text: str) -> None:
    simple = simplify(text)
    assert simple == simplify_with_patterns(text)
    assert len(simple) == len(text)
    assert simplify(simple) == simple


@pytest.mark.parametrize(
    ("typed", "simple"),
    [
        ("裡面裏面，臺灣台灣，為了爲了，說説，線綫，眾衆", "里面里面，台湾台湾，为了为了，说说，线线，众众"),
        ("等著 看著辦 著急 睡著了", "等着 看着办 着急 睡着了"),
        ("著名的著作，顯著，原著，作者編著", "著名的著作，显著，原著，作者编著"),
        ("乾淨 餅乾 乾隆 乾坤", "干净 饼干 乾隆 乾坤"),
        ("藉口 憑藉 慰藉 狼藉 藉藉無名", "借口 凭借 慰藉 狼藉 藉藉无名"),
        ("瞭解 明瞭 瞭望塔", "了解 明了 瞭望塔"),
        ("彷彿 彷徨 只祇 神祇", "仿佛 彷徨 只只 神祇"),
        ("項鍊 鍛鍊 甚麼 甚至", "项链 锻炼 什么 甚至"),
        ("三天後 皇后 一隻 隻字 特徵 長征", "三天后 皇后 一只 只字 特征 长征"),
        ("頭髮 發貨 麵包 檯面 颱風 鐘 鍾", "头发 发货 面包 台面 台风 钟 钟"),
        ("歷史 日曆 複製 復原 週末 準時 鬆緊", "历史 日历 复制 复原 周末 准时 松紧"),
    ],
)  # fmt: skip
def test_variants_and_characters_that_hang_on_their_neighbours(typed: str, simple: str) -> None:
    assert simplify(typed) == simple
    assert normalise(typed) == normalise(simple)


@pytest.mark.parametrize(
    "text",
    ["", "where is my order", "我的订单到哪了", "著名 显著 乾坤 慰藉 瞭望 彷徨", "éàü 😀 \ud800"],
)
def test_a_text_without_traditional_characters_stays_as_it_is(text: str) -> None:
    assert simplify(text) == text


@pytest.mark.parametrize(
    ("typed", "slots"),
    [
        ("我的訂單987654321到哪了", {"order_number": ("987654321",)}),
        ("訂單編號A1234567", {"order_number": ("A1234567",)}),
        ("單號 987654", {"order_number": ("987654",)}),
        ("3月5號下午3點半", {"date": ("3月5號", "下午3點半")}),
        ("昨天下午3點，上週五和後天", {"date": ("昨天下午3點", "上週五", "後天")}),
        ("兩個月前、3天後、三週內", {"date": ("兩個月前", "3天後", "三週內")}),
        ("下個禮拜三，國慶，雙十一", {"date": ("下個禮拜三", "國慶", "雙十一")}),
        ("扣了我380塊錢", {"amount": ("380塊錢",)}),
        ("花了三百八十塊，退五萬塊", {"amount": ("三百八十塊", "五萬塊")}),
        ("300英鎊 2歐元 5角錢", {"amount": ("300英鎊", "2歐元", "5角錢")}),
        ("電話13812345678", {"phone": ("13812345678",)}),
        ("訂單<ORDER_1>退99元", {"order_number": ("<ORDER_1>",), "amount": ("99元",)}),
        ("İstanbul 訂單987654321，昨天下午3點", {"order_number": ("987654321",), "date": ("昨天下午3點",)}),
        ("5號電池，一塊手錶，24/7", {}),
    ],
)  # fmt: skip
def test_slots_are_found_and_given_back_as_the_customer_wrote_them(
    typed: str, slots: dict[str, tuple[str, ...]]
) -> None:
    assert find_slots(typed) == slots


@pytest.mark.parametrize(
    "text",
    [
        "寫一個爬蟲", "這段代碼報錯", "正則表達式怎麼寫", "用Python寫一個排序", "寫個SQL查詢每個用戶的訂單數",
        "這段程式碼報錯了", "幫我寫一個函式", "寫一個程式計算天數", "二元樹怎麼走訪，寫個演算法",
    ],
)  # fmt: skip
def test_code_is_told(text: str) -> None:
    assert tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    ["證明根號2是無理數", "求導數", "矩陣的特徵值怎麼求", "解方程式", "雞兔同籠 35個頭94隻腳", "擲兩個骰子的機率是多少"],
)  # fmt: skip
def test_mathematics_is_told(text: str) -> None:
    assert tell_matter(text).has_math


@pytest.mark.parametrize(
    "text", ["優惠代碼怎麼用", "小程序裡的訂單", "小程式打不開", "保價證明怎麼開", "積分怎麼算", "尺碼代碼寫錯了"]
)  # fmt: skip
def test_what_a_shop_has_is_neither(text: str) -> None:
    matter = tell_matter(text)
    assert not matter.has_code and not matter.has_math


@pytest.mark.parametrize(
    "text", ["轉人工", "叫你們經理來", "我要投訴你們", "等著收律師函", "我要去消費者協會舉報"]
)
def test_escalation_is_heard(text: str) -> None:
    assert is_escalation(text)


@pytest.mark.parametrize("text", ["不用轉人工", "律師費發票", "經理椅推薦"])
def test_words_alone_are_no_escalation(text: str) -> None:
    assert not is_escalation(text)


@pytest.mark.parametrize(
    "text",
    [
        "等了三個小時還沒人處理，真行", "一點也不好用，螢幕壞了還說沒問題", "太棒了，兩天就到，謝謝",
        "客服態度太差，機器又出錯，煩死了", "說好的48小時發貨呢，這都第五天了",
    ],
)  # fmt: skip
def test_features_cues_and_amounts_are_those_of_the_simplified_text(text: str) -> None:
    typed, simple = (read_mood_features(read_glance(each)) for each in (text, simplify(text)))
    assert sorted(typed.hashes) == sorted(simple.hashes)
    assert (typed.text, typed.typed) == (simple.text, simple.typed)
    assert tell_language(text) == "zh"


def test_a_turn_asks_again_in_either_script() -> None:
    asked = read_glance("我的快递到哪了")
    assert is_reask(read_glance("快遞現在在哪裡"), [asked])
    assert not is_reask(read_glance("我的發票什麼時候開"), [asked])

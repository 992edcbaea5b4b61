"""Dates: days that have a name are found, and numbers of rooms, versions and devices are none."""

from __future__ import annotations

import pytest

from local_models.classifiers.entities import find_slots


@pytest.mark.parametrize(
    "text",
    [
        "房间号8号", "房间8号的门锁坏了", "门牌号15号", "15号门牌", "3号楼", "八号楼", "8号窗口", "我在8号窗口排队", "座位号12号", "座位12号", "工号15号", "学号8号", "3号链接还有货吗",
        "12号柜台", "5号包间", "7号床位", "2号单元", "9号出口", "8号病房", "第9号台风", "中山路15号", "幸福街8号", "单号是15号", "618室", "房间618", "人民路618号楼",
        "version 3.12.2024", "v3.12.2024", "V2024.1.5", "firmware 1.2.2021", "the app is on version: 3.12.2024", "版本3.12.2024", "版本号 20240305", "2.3.2024版本打不开", "build 20240305",
        "ip 10.12.20.24", "192.168.1.1", "192.168.2024.1.1", "10.10.2024.1", "serial 12-11-2024-88", "serial number 12-11-2024", "SN 20240105123", "sn:20240305", "SN2024-1-23",
        "ID-2024-01-05-77", "型号20240305", "序列号2024-01-05", "12024.1.2", "2024.1.5.3", "升级到 3.2 之后打不开", "iOS 12.5之后掉电快",
        "三五一群人", "一五一十", "三块五一斤", "五一广场店有货吗", "给我五一个", "黑五类芝麻糊", "双节棍", "十一个", "买了十一件", "教师节日快乐", "圣诞树多少钱", "中秋月饼还有吗",
        "christmas tree", "a Halloween costume in XL", "easter eggs", "mondays and labor", "new year", "happy new year", "老板真会过年",
    ],
)  # fmt: skip
def test_what_has_a_number_or_a_day_s_name_is_no_date(text: str) -> None:
    assert "date" not in find_slots(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("五一前能到吗", ("五一",)), ("五一能到吗", ("五一",)), ("五一大促什么时候开始", ("五一",)), ("五一下单的还没发", ("五一",)), ("五一劳动节发货吗", ("五一劳动节",)),
        ("国庆能发货吗", ("国庆",)), ("国庆节放假吗", ("国庆节",)), ("國慶節放假嗎", ("國慶節",)), ("元旦有优惠吗", ("元旦",)), ("春节期间发货吗", ("春节",)), ("中秋节前能到吗", ("中秋节",)),
        ("双十一什么时候发货", ("双十一",)), ("双11活动", ("双11",)), ("雙11買的", ("雙11",)), ("618有活动吗", ("618",)), ("黑五有折扣吗", ("黑五",)), ("黑色星期五有活动吗", ("黑色星期五",)),
        ("网络星期一打折吗", ("网络星期一",)), ("十一前能到吗", ("十一",)), ("十一黄金周发货吗", ("十一",)), ("平安夜能到吗", ("平安夜",)), ("跨年夜送吗", ("跨年夜",)), ("圣诞前能到吗", ("圣诞",)),
        ("万圣节、感恩节和光棍节", ("万圣节", "感恩节", "光棍节")), ("女神节有活动吗", ("女神节",)), ("三八大促", ("三八",)), ("过年发货吗", ("过年",)), ("星期五一早到的", ("星期五",)),
        ("Is there a Black Friday sale?", ("Black Friday",)), ("Cyber Monday deals", ("Cyber Monday",)), ("the Labor Day sale", ("Labor Day",)), ("Labour Day", ("Labour Day",)),
        ("before Memorial Day", ("Memorial Day",)), ("Will it arrive before Christmas?", ("Christmas",)), ("Thanksgiving delivery", ("Thanksgiving",)), ("on New Year's Eve", ("New Year's Eve",)),
        ("before new year", ("new year",)), ("by xmas eve", ("xmas eve",)), ("for Mother's Day", ("Mother's Day",)), ("mothers day", ("mothers day",)), ("by Halloween", ("Halloween",)),
        ("Chinese New Year", ("Chinese New Year",)), ("double 11", ("double 11",)), ("double eleven", ("double eleven",)), ("the fourth of July", ("fourth of July",)),
        ("I ordered it 2024-1-5-2024-1-8", ("2024-1-5", "2024-1-8")), ("下单时间2024-01-05 10:22", ("2024-01-05",)), ("2024.1.5-2024.1.8", ("2024.1.5", "2024.1.8")),
        ("我5号下单的", ("5号",)), ("15号能到吗", ("15号",)), ("8号口罩到了吗", ("8号",)), ("我在路上15号到", ("15号",)), ("8号快递到", ("8号",)), ("8号床单才到", ("8号",)),
    ],
)  # fmt: skip
def test_days_with_a_name_and_days_of_the_month_are_kept_as_they_were_said(
    text: str, days: tuple[str, ...]
) -> None:
    assert find_slots(text)["date"] == days


def test_days_with_a_name_are_looked_for_in_head_and_tail_of_a_long_text() -> None:
    filling = "x " * 2_000
    assert find_slots(f"by Cyber Monday {filling} by Labor Day")["date"] == (
        "Cyber Monday",
        "Labor Day",
    )
    assert "date" not in find_slots(f"{filling} Cyber Monday {filling}")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("a room 12-15 Aug please", ("12", "15 Aug")),
        ("a room Aug 12-15 for two", ("Aug 12", "15")),
        ("from the 3rd to the 9th", ("the 3rd", "the 9th")),
        ("the nights of 12, 13 and 14 August", ("12", "13", "14 August")),
        ("July 4th through 8th", ("July 4th", "8th")),
        ("10.06.-14.06.2026", ("10.06.", "14.06.2026")),
        ("we arrive 10/6, leave 14/6", ("10/6", "14/6")),
        ("on 03-Apr-26 please", ("03-Apr-26",)),
        ("8月12日到15日", ("8月12日", "15日")),
        ("12-15号住店", ("12", "15号")),
        ("Aug 12 and 3 nights more", ("Aug 12",)),
        ("Aug 12 - 15:00", ("Aug 12",)),
        ("I paid $12 and 15 Aug it came", ("15 Aug",)),
    ],
)
def test_both_ends_of_a_span_of_days_are_kept(text: str, days: tuple[str, ...]) -> None:
    assert find_slots(text)["date"] == days


def test_a_part_s_number_is_no_date_and_a_dotted_day_with_its_order_is_one() -> None:
    assert "date" not in find_slots("GB-4471-22 / 2 pcs / 49.99")
    assert "date" not in find_slots("2024-13-45")
    assert find_slots("2024 - 05 - 03")["date"] == ("2024 - 05 - 03",)
    for text in ("6.3下的单到现在没发", "6.3下了单", "6.3付的款", "6.3下單"):
        assert find_slots(text)["date"] == ("6.3",)
    assert "date" not in find_slots("6.3发现坏了")

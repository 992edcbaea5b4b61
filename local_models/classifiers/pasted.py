"""What a customer says beside what he pasted: a table, a bill, the log of a parcel's journey.

Rows of prices and times are no wish, and drown the one that stands beside them ("where is my parcel?" under six lines
of a carrier's log). They are left out where intent and difficulty are read; mood, slots, code and mathematics are looked for in
all of it. Where the rows are there to be worked on (to add up, to translate), or nothing is said beside them, nothing is left out.
"""

from __future__ import annotations

import re

from local_models.classifiers.normalise import clip
from local_models.classifiers.speaker import is_set_before
from local_models.classifiers.traditional import simplify

_MOST_CHARS = 12_000
_LEAST_ROWS = 2
_TIMED = re.compile(
    r"[\[(【<* ]{0,3}(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.月]\d{1,2}日?)?[ T,，]{0,2}\d{1,2}[:：]\d{2}"
)
"""A line that begins with the hour, and perhaps the day before it."""
_CELLS = re.compile(r"[^,，;；\n]{1,40}(?:[,;][^,，;；\n ][^,，;；\n]{0,40}){2}")
"""Cells with a comma between them and no blank behind it, as no sentence has them."""
_PRICED = re.compile(
    r"[^\n]{1,48}[ \t:：x×*@]{1,4}(?:[¥￥$€£] ?\d[\d,]{0,9}(?:\.\d{1,2})?|\d[\d,]{0,9}\.\d{2}|\d[\d,]{0,9}(?:\.\d{1,2})? ?[元块])[ \t]{0,2}"
)
"""A thing and its price, and nothing behind it."""
_OPTION = re.compile(r"[(（]?[a-h][.)）、:：]")
"""An answer to choose from."""
_SPEAKS = re.compile(
    r"\b(?:i|i'm|i've|we|you|my|our|your|was|were|am|why|what|when|where|how|please|pls|charged|paid|refund(?:ed)?|should|want|need|only|but|instead)\b"
    r"|[?？我你您请咱]|为什么|怎么|多收|少了|退|扣了|应该|只要|不是|没有|错"
)
"""What no row of a bill says."""
_WORDS = re.compile("[\u4e00-\u9fff]{3}|[a-z']{2,20}[^a-z\n]{1,3}[a-z']{2}")
_WORKS_ON = re.compile(
    r"\b(?:sum|add|total|average|calculate|compute|count|sort|convert|translate|summari[sz]e|analy[sz]e|table|csv|json|markdown|format|extract|parse|chart|plot|rows?|columns?|sql|query|script|which|who|cheaper|cheapest|compare|consider|best|most|least|rank|explain|list)\b"
    r"|哪个|哪家|哪种|谁|比较|对比|最|合计|总计|加起来|求和|平均|统计|计算|排序|转换|翻译|总结|分析|表格|提取|整理|画图|列出|一共多少"
)
"""What is to be done with the rows themselves."""


def leave_records_out(turn: str) -> str:
    """What is said beside pasted rows; the turn itself where there are none, or they are what is asked about."""
    if "\n" not in turn or len(turn) > _MOST_CHARS:
        return turn
    lines = turn.split("\n")
    rows = [_is_row(line) for line in lines]
    if sum(rows) < _LEAST_ROWS:
        return turn
    said = "\n".join(line for line, is_row in zip(lines, rows, strict=True) if not is_row).strip()
    lower = simplify(clip(said)).lower()
    if _WORDS.search(lower) is None or _WORKS_ON.search(lower) or is_set_before(lower):
        return turn
    return said


def _is_row(line: str) -> bool:
    bare = line.strip().lower()
    if not bare or _OPTION.match(bare):
        return False
    if bare.count("|") >= 2 or bare.count("\t") >= 2:
        return True
    if _TIMED.match(bare) and not _SPEAKS.search(bare):
        return True
    is_shaped = _CELLS.match(bare) is not None or _PRICED.fullmatch(bare) is not None
    return is_shaped and not _SPEAKS.search(bare)

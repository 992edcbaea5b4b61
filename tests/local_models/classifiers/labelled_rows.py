"""A small labelled file, for tests of what reads one and of what learns from one."""

from __future__ import annotations

from pathlib import Path

ROWS = [
    {"text": f"{lead}{wish}", "label": label}
    for label, wishes in {
        "loan": ("我想贷款", "贷款利率是多少", "how do i get a loan"),
        "card": ("信用卡丢了", "办张信用卡", "my card is lost"),
    }.items()
    for wish in wishes
    for lead in ("", "你好，", "请问 ", "麻烦，", "hi ", "急！")
]


def write_csv(path: Path) -> Path:
    lines = ["text,label", *(f'"{row["text"]}",{row["label"]}' for row in ROWS)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path

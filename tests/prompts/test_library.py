"""The shipped prompts are complete, versioned and found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts.errors import BrokenPromptError, UnknownPromptError
from prompts.library import load, names, shipped
from prompts.render import variables_of

KNOWN_VARIABLES = {"company", "agent_name", "intent", "tier", "order_number"}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_shipped_prompt_exists_in_both_languages() -> None:
    for name in ("customer-service", "customer-service/upset", "general"):
        for language in ("zh", "en"):
            prompt = shipped().find(name, language)
            assert (prompt.name, prompt.language) == (name, language)
            assert set(variables_of(prompt.text + prompt.compact)) <= KNOWN_VARIABLES
            assert "{{" not in prompt.text + prompt.compact


def test_the_names_for_policies_are_plain_and_with_version() -> None:
    assert {"customer-service", "customer-service/upset@1", "general@1"} <= names()


def test_chinese_is_chosen_for_chinese_and_mixed_text_and_english_for_the_rest() -> None:
    languages = {
        said: shipped().find("general", said).language for said in ("zh", "mixed", "en", "other")
    }
    assert languages == {"zh": "zh", "mixed": "zh", "en": "en", "other": "en"}


def test_the_upset_variant_holds_the_base_prompt_and_its_own_order_of_answering() -> None:
    base, upset = (
        shipped().find(name, "en") for name in ("customer-service", "customer-service/upset")
    )
    assert "Apologise first" in upset.text and "Apologise first" not in base.text
    assert "Never invent" in upset.text and upset.digest != base.digest
    chinese = shipped().find("customer-service/upset", "zh").text
    assert (
        chinese.index("先诚恳道歉")
        < chinese.index("说出客户遇到的具体问题")
        < chinese.index("下一步")
    )


def test_an_unknown_name_or_version_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownPromptError, match="Did you mean 'customer-service'"):
        shipped().check("custmer-service")
    with pytest.raises(UnknownPromptError, match="has no version 7; it has 1"):
        shipped().check("general@7")
    with pytest.raises(UnknownPromptError, match="is no prompt name"):
        shipped().check("../../etc/passwd")


def test_without_a_version_the_newest_is_meant_and_the_old_one_stays(tmp_path: Path) -> None:
    write(tmp_path, {f"hello@{n}.en.yaml": f"text: v{n}\ncompact: c{n}\n" for n in (1, 2, 10)})
    library = load(tmp_path, tmp_path)
    assert library.find("hello", "en").text == "v10"
    assert library.find("hello@2", "en").text == "v2"
    assert library.find("hello@1", "zh").text == "v1"


def test_the_hash_follows_the_content_and_nothing_else(tmp_path: Path) -> None:
    def digest(folder: str, text: str) -> str:
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, {"a@1.en.yaml": text})
        return load(tmp_path / folder, tmp_path).find("a", "en").digest

    one = digest("one", "text: hello\ncompact: hi\n")
    assert one == digest("same", "# a comment\ncompact: hi\ntext: hello\n")
    assert one != digest("other", "text: hello\ncompact: ho\n")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.yaml": "text: x"}, "name the file"),
        ({"a@1.en.yaml": "txt: x"}, "Did you mean 'text'"),
        ({"a@1.en.yaml": "text: x"}, "'compact' must be a text"),
        ({"a@1.en.yaml": "- x"}, "must hold a mapping"),
        ({"a@1.en.yaml": "text: [x"}, "cannot be read as YAML"),
        ({"a@1.en.yaml": "text: x\ncompact: x\nexamples: b"}, "need the file"),
        ({"a--b@1.en.yaml": "text: x\ncompact: x\nextends: a"}, "has no en file"),
        ({"a@1.en.yaml": "text: x\ncompact: x", "a--b@1.en.yaml": "text: y\ncompact: y\nextends: a"}, "needs {{variant}}"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_what_to_mend(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    with pytest.raises(BrokenPromptError) as caught:
        load(write(tmp_path, files), tmp_path)
    assert message in str(caught.value) and str(tmp_path) in str(caught.value)

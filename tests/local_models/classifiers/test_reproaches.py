"""Thanks and vows that nobody glad says."""

from __future__ import annotations

import pytest

from local_models.classifiers.reproaches import is_reproach


@pytest.mark.parametrize("text", """
Thanks for nothing
thanks a lot for nothing!
thank you for wasting my time
no thanks to you
I'll never buy here again
never ordering from you again
this is the last time I order from you
you just lost a customer
再也不来了
以後再也不買你們家的了
不会再来你们店了
""".strip().splitlines())  # fmt: skip
def test_a_reproach_in_the_words_of_regulars_is_one(text: str) -> None:
    assert is_reproach(text)


@pytest.mark.parametrize("text", """
thanks for everything
thank you for nothing less than perfect service
no thanks
thanks for nothing... kidding, you were great
I'll never buy anywhere else again
I never use anything else
never had a problem with you
the last time I ordered here it was great
再也不用担心了
以后不买别家的了
再也不去别家买了
下次再来
""".strip().splitlines())  # fmt: skip
def test_praise_and_plain_words_are_none(text: str) -> None:
    assert not is_reproach(text)

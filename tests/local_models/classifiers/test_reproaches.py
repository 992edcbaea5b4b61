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
thanks for losing my parcel
thank you for lying to me
thx for ruining my birthday
you've lost my business
you lost me as a customer
再也不来了，什么破店
太差了，不会再来了
特致此函表示不满，今后不会再来。
最后一次在你们家买东西了
这是最后一次
再也不用你们家了
垃圾平台，再也不用了
这次体验不如上次，可能不会再来了
lost a customer
Congrats, you just lost a customer of ten years
Thank you for ignoring my last six messages
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
Thanks for cancelling it so fast, much appreciated!
thanks for canceling the order, that was fast!
Thanks for breaking it down for me!
Thank you for breaking down the fees
Thanks for delaying the delivery as I asked
Thanks for breaking the ice, lovely chat
thanks for wasting no time
thank you for ignoring my typo
no thanks to your offer
最后一次在你们店买的订单能开发票吗
最后一次在这买的那双鞋还有货吗
最后一次来取件是什么时候
最后一次买是上个月，怎么查订单
旧手机号不会再用了，帮我换绑
舊手機號不會再用了，幫我換綁
卡丢了我不会再用了，帮我注销
已经有了，不会再买了
旧手机号再也不用了
这款以后都不来货了
I lost my business card, can I get a reprint?
lost my business license, where do I upload a copy
you lost my business card
I lost a customer today, help me write an apology email
what do you do when you lost a customer?
搬家了，以后不会再来了，谢谢你们一直的照顾
谢谢全家的照顾
""".strip().splitlines())  # fmt: skip
def test_praise_and_plain_words_are_none(text: str) -> None:
    assert not is_reproach(text)

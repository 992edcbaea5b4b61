"""What leaves the house: placeholders in every corner of a request, the same for the same person."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

from providers.messages import (
    AudioPart,
    ChatRequest,
    FunctionCall,
    ImagePart,
    ImageUrl,
    Message,
    TextPart,
    ToolCall,
)
from router.errors import ConfigError, ForbiddenError, PrivacyUnavailableError
from router.steps.privacy import (
    MemoryVaults,
    Privacy,
    PrivacySettings,
    PrivateDataBlockedError,
    Vault,
)
from router.steps.privacy.restore import restore_text
from router.steps.privacy.spans import KINDS
from tests.steps.privacy.conftest import ask, sent


def test_the_same_value_has_the_same_placeholder_in_every_turn(privacy: Privacy) -> None:
    first = privacy.mask(ask("13812345678 和 13900001111"), "anna")
    later = privacy.mask(ask("13700002222，还有13900001111"), "anna")
    assert sent(first.request) == "<PHONE_1> 和 <PHONE_2>"
    assert sent(later.request) == "<PHONE_3>，还有<PHONE_2>"


def test_two_people_never_share_a_vault(privacy: Privacy) -> None:
    privacy.mask(ask("13812345678"), "anna")
    other = privacy.mask(ask("13900001111"), "ben")
    assert restore_text("<PHONE_1>", other.vault) == "13900001111"


def test_without_a_scope_nothing_is_remembered(privacy: Privacy) -> None:
    privacy.mask(ask("13812345678"), "")
    other = privacy.mask(ask("你好"), "")
    assert restore_text("<PHONE_1>", other.vault) == "<PHONE_1>"


def test_an_answer_restores_what_an_earlier_turn_of_the_conversation_masked(
    privacy: Privacy,
) -> None:
    privacy.mask(ask("13812345678"), "anna")
    later = privacy.mask(ask("再说一遍我的号码"), "anna")
    assert restore_text("<PHONE_1>", later.vault) == "13812345678"


def test_a_name_that_was_announced_once_is_masked_wherever_it_stands(privacy: Privacy) -> None:
    masked = privacy.mask(ask("李娜的包裹丢了", "我叫李娜"), "")
    assert (sent(masked.request), sent(masked.request, 1)) == ("<NAME_1>的包裹丢了", "我叫<NAME_1>")


def test_a_name_of_an_earlier_turn_is_masked_without_any_announcement(privacy: Privacy) -> None:
    privacy.mask(ask("我叫李娜"), "anna")
    assert sent(privacy.mask(ask("李娜还没收到货"), "anna").request) == "<NAME_1>还没收到货"


def test_a_short_latin_name_is_not_masked_inside_another_word(privacy: Privacy) -> None:
    assert sent(privacy.mask(ask("my name is Ann. Annual plan?"), "").request) == (
        "my name is <NAME_1>. Annual plan?"
    )


def test_a_placeholder_that_the_caller_typed_is_never_given_to_a_value(privacy: Privacy) -> None:
    masked = privacy.mask(ask("模板里写着<PHONE_1>，我的是13812345678"), "")
    assert sent(masked.request) == "模板里写着<PHONE_1>，我的是<PHONE_2>"
    assert restore_text("<PHONE_1> <PHONE_2>", masked.vault) == "<PHONE_1> 13812345678"


def test_a_placeholder_typed_after_it_was_given_away_does_not_reveal_the_value(
    privacy: Privacy,
) -> None:
    privacy.mask(ask("13812345678"), "anna")
    masked = privacy.mask(ask("what is <PHONE_1>?"), "anna")
    assert "PHONE_1" not in sent(masked.request)
    assert restore_text(sent(masked.request), masked.vault) == "what is <PHONE_1>?"


def test_every_role_and_field_is_masked_and_sound_and_pictures_are_left_alone(
    privacy: Privacy,
) -> None:
    phone = "13812345678"
    picture = ImagePart(ImageUrl(f"https://example.com/{phone}.png"))
    sound = AudioPart(Raw(b'{"data":"MTM4MTIzNDU2Nzg=","format":"wav"}'))
    call = ToolCall(id="call_1", function=FunctionCall("save", '{"phone": "13812345678", "n": 2}'))
    request = ChatRequest(
        model="m",
        messages=(
            Message(role="system", content=f"the shop's owner: {phone}"),
            Message(role="developer", content=phone),
            Message(role="user", content=(TextPart(phone), picture, sound), name="Anna"),
            Message(role="assistant", content=None, tool_calls=(call,), refusal=phone),
            Message(role="tool", content='{"ok": true, "tel": 13812345678}', tool_call_id="call_1"),
        ),
        user=phone,
        metadata={"tel": phone},
        extra={"custom": Raw(b'{"a": ["13812345678"], "b": 1.50}')},
    )
    masked = privacy.mask(request, "").request
    system, developer, user, assistant, tool = masked.messages
    assert (system.content, developer.content) == ("the shop's owner: <PHONE_1>", "<PHONE_1>")
    assert user.content == (TextPart("<PHONE_1>"), picture, sound)
    assert user.name == "NAME_1"
    assert assistant.tool_calls[0].function == FunctionCall(
        "save", '{"phone": "<PHONE_1>", "n": 2}'
    )
    assert assistant.tool_calls[0].id == "call_1" and assistant.refusal == "<PHONE_1>"
    assert tool.content == '{"ok": true, "tel": "<PHONE_1>"}'
    assert (masked.user, masked.metadata) == ("PHONE_1", {"tel": "<PHONE_1>"})
    assert bytes(masked.extra["custom"]) == b'{"a": ["<PHONE_1>"], "b": 1.50}'


def test_a_key_in_a_json_text_says_what_its_value_is(privacy: Privacy) -> None:
    order = {
        "receiver_name": "小明",
        "收货地址": "幸福里二期",
        "name": "李娜",
        "item": "李子",
        "phone": "4155550134",
        "order_id": "4155550135",
    }
    masked = privacy.mask(ask(json.dumps(order)), "")
    assert json.loads(sent(masked.request)) == {
        "receiver_name": "<NAME_1>", "收货地址": "<ADDRESS_1>", "name": "<NAME_2>", "item": "李子",
        "phone": "<PHONE_1>", "order_id": "4155550135",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("NAME", "receiverName customerName passengerName buyerName contactName consigneeName recipientName senderName userRealName "
                 "Receiver-Name order.receiver_name cardHolder 机主 乘机人 收貨人 userName contact"),
        ("ADDRESS", "receiverAddress shippingAddress address_detail addressLine1 homeAddress 收貨地址"),
        ("SECRET", "apiKey access-token newPassword"),
    ],
)  # fmt: skip
def test_a_key_says_the_same_however_its_words_are_joined(
    privacy: Privacy, kind: str, keys: str
) -> None:
    for key in keys.split():
        masked = privacy.mask(ask(json.dumps({key: "刘桂芳"})), "")
        assert json.loads(sent(masked.request)) == {key: f"<{kind}_1>"}, key


@pytest.mark.parametrize(
    "key",
    ["productName", "file_name", "companyName", "emailAddress", "ipAddress", "商品名称", "status"],
)
def test_other_keys_say_nothing_of_their_value(privacy: Privacy, key: str) -> None:
    request = ask(json.dumps({key: "幸福里"}), json.dumps({"password": "required"}))
    assert privacy.mask(request, "").request is request


def test_words_in_a_joined_key_announce_a_number(privacy: Privacy) -> None:
    masked = privacy.mask(ask(json.dumps({"userTel": "4155550134", "orderNo": "13812345678"})), "")
    assert json.loads(sent(masked.request)) == {"userTel": "<PHONE_1>", "orderNo": "13812345678"}


def test_escaped_characters_do_not_hide_a_value_in_json(privacy: Privacy) -> None:
    hidden = '{"note": "\\u0031\\u0033812345678"}'
    call = ToolCall(id="c", function=FunctionCall("f", hidden))
    request = ChatRequest(model="m", messages=(Message(role="assistant", tool_calls=(call,)),))
    masked = privacy.mask(request, "").request
    assert masked.messages[0].tool_calls[0].function.arguments == '{"note": "<PHONE_1>"}'


def test_arguments_that_were_cut_off_are_masked_as_text(privacy: Privacy) -> None:
    call = ToolCall(id="c", function=FunctionCall("f", '{"phone": "13812345678", "na'))
    request = ChatRequest(model="m", messages=(Message(role="assistant", tool_calls=(call,)),))
    masked = privacy.mask(request, "").request
    assert masked.messages[0].tool_calls[0].function.arguments == '{"phone": "<PHONE_1>", "na'


def test_findings_count_values_and_never_hold_them(privacy: Privacy) -> None:
    masked = privacy.mask(ask("13812345678 13812345678 13900001111 a@example.com"), "")
    assert dict(masked.findings.counts) == {"phone": 2, "email": 1}
    assert masked.findings.kinds == {"phone", "email"} and masked.findings.total == 3
    assert "138" not in repr(masked.findings) and "138" not in repr(masked.vault)


def test_a_blocked_kind_refuses_the_request_without_quoting_it() -> None:
    privacy = Privacy(PrivacySettings(actions={"bank_card": "block"}), MemoryVaults())
    with pytest.raises(PrivateDataBlockedError, match="bank_card") as caught:
        privacy.mask(ask("卡号6222021234567890128"), "")
    assert isinstance(caught.value, ForbiddenError) and "6222" not in str(caught.value)


def test_an_allowed_kind_passes_and_is_told_all_the_same_and_an_allowed_value_is_public() -> None:
    settings = PrivacySettings(actions={"email": "allow"}, allow=frozenset({"13812345678"}))
    masked = Privacy(settings, MemoryVaults()).mask(
        ask("a@example.com 13812345678 13900001111"), ""
    )
    assert sent(masked.request) == "a@example.com 13812345678 <PHONE_1>"
    assert masked.findings.kinds == {"phone", "email"}
    assert masked.findings.counts == {"phone": 1} and masked.findings.total == 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "我的手机13812345678，没收到货"),
        ("id_card", "身份证110101199003074477帮我实名"),
        ("bank_card", "card 4111 1111 1111 1111 was charged twice"),
        ("secret", "密码是 hunter2secret"),
        ("address", "收货地址：浙江省杭州市西湖区文三路138号2幢301室"),
        ("name", "我叫李娜，快递没到"),
        ("name", json.dumps({"receiver_name": "小明"})),
        ("secret", json.dumps({"password": "hunter2secret"})),
        ("phone", json.dumps({"tel": "13812345678"})),
    ],
)
def test_what_is_not_masked_is_found(kind: str, text: str) -> None:
    for settings in (
        PrivacySettings(actions={kind: "allow"}),
        PrivacySettings(actions=dict.fromkeys(KINDS, "allow")),
        PrivacySettings(least_confidence=1.0),
    ):
        request = ask(text)
        masked = Privacy(settings, MemoryVaults()).mask(request, "anna")
        assert kind in masked.findings.kinds
        if kind in settings.actions:
            assert masked.request is request and not masked.findings.counts


def test_the_name_of_an_author_is_found_where_names_pass() -> None:
    message = Message(role="user", content="hi", name="Anna")
    request = ChatRequest(model="m", messages=(message,))
    masked = Privacy(PrivacySettings(actions={"name": "allow"}), MemoryVaults()).mask(request, "")
    assert masked.request is request and masked.findings.kinds == {"name"}


def test_a_hotline_that_passes_is_public_and_one_that_is_masked_is_private() -> None:
    request = ask("拨打400-800-1234")
    assert not Privacy(PrivacySettings(), MemoryVaults()).mask(request, "").findings
    private = Privacy(PrivacySettings(actions={"hotline": "mask"}), MemoryVaults())
    assert private.mask(request, "").findings.kinds == {"hotline"}


def test_a_value_of_an_earlier_turn_is_found_without_any_sign_beside_it(privacy: Privacy) -> None:
    privacy.mask(ask("我叫李娜，手机13812345678"), "anna")
    later = privacy.mask(ask("李娜还没收到货"), "anna")
    assert sent(later.request) == "<NAME_1>还没收到货" and later.findings.kinds == {"name"}
    assert not privacy.mask(ask("还没收到货"), "anna").findings


def test_only_the_wanted_kinds_are_masked() -> None:
    privacy = Privacy(PrivacySettings(kinds=frozenset({"email"})), MemoryVaults())
    masked = privacy.mask(ask("a@example.com 13812345678"), "")
    assert sent(masked.request) == "<EMAIL_1> 13812345678"


def test_switched_off_it_touches_nothing() -> None:
    request = ask("13812345678")
    masked = Privacy(PrivacySettings(enabled=False), MemoryVaults()).mask(request, "s")
    assert masked.request is request and not masked.findings


def test_when_masking_cannot_run_nothing_is_sent_and_nothing_is_quoted() -> None:
    class BrokenVaults:
        def open(self, scope: str) -> Vault:
            raise OSError("disk full while keeping 13812345678")

        def forget(self, scope: str) -> None:
            raise OSError("disk full")

    privacy = Privacy(PrivacySettings(), BrokenVaults())
    with pytest.raises(PrivacyUnavailableError, match="OSError") as caught:
        privacy.mask(ask("13812345678"), "anna")
    assert caught.value.__cause__ is None and "138" not in str(caught.value)


def test_unknown_kinds_and_actions_are_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'phone'"):
        PrivacySettings(kinds=frozenset({"phon"}))
    with pytest.raises(ConfigError, match="use mask, block or allow"):
        PrivacySettings(actions={"phone": "hide"})  # type: ignore[dict-item]
    with pytest.raises(ConfigError, match="least_confidence"):
        PrivacySettings(least_confidence=2.0)


def test_a_vault_is_forgotten_after_its_time_and_on_demand() -> None:
    now = [0.0]
    vaults = MemoryVaults(ttl_seconds=10, clock=lambda: now[0])
    vault = vaults.open("anna")
    now[0] = 9.0
    assert vaults.open("anna") is vault
    now[0] = 18.0
    assert vaults.open("anna") is vault
    now[0] = 28.5
    assert vaults.open("anna") is not vault
    vaults.forget("anna")
    assert len(vaults) == 0


def test_only_so_many_vaults_are_kept_and_the_one_unused_longest_goes() -> None:
    vaults = MemoryVaults(most=2)
    anna, _ = vaults.open("anna"), vaults.open("ben")
    vaults.open("anna")
    vaults.open("cleo")
    assert len(vaults) == 2 and vaults.open("anna") is anna


def test_one_conversation_cannot_hold_more_values_than_placeholders_have_digits() -> None:
    privacy = Privacy(PrivacySettings(), MemoryVaults())
    many = " ".join(f"138{number:08d}" for number in range(10_001))
    with pytest.raises(PrivacyUnavailableError, match="OverflowError"):
        privacy.mask(ask(many), "")

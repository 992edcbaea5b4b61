"""Which language a text is in, and whether it is a sentence at all."""

from __future__ import annotations

import re

from local_models.classifiers.normalise import clip
from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import mask_of
from local_models.classifiers.word_groups import (
    ENGLISH,
    MATTERS,
    NAME_LATIN,
    OTHER_LATIN,
    SHARED,
    SPEAKS,
    WORDS,
)
from local_models.classifiers.words import WordCount

_NOT_TEXT = re.compile(r"<[A-Z_]+\d*>|\[[^\]\s]{1,20}\]|https?://\S+|(?<=@)\S+|`[^`]*`")
_NOT_TEXT_SIGNS = mask_of("<[`@:")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_OTHER_LETTERS = re.compile(r"[\u0370-\u1fff]")
_LETTER = re.compile(r"[^\W\d_]")
_ACCENTED = re.compile(r"[^\W\d_\x00-\x7f]")
_UNENGLISH = re.compile(r"[¿¡ùòìäöüßåæøñãõąćęłńśźżčďěňřšťůžğışőűăâîșțđơư]")
"""Letters and marks that no borrowed word brings into a text without one of its commonest words."""

_KANA_OR_FORMS = re.compile(
    r"[\u3041-\u3096\u30a1-\u30fa発売価図円気駅広応続検権収変験関払込戻働営歓帰拠従様薬訳単団弾仏辺拡覚楽帯択沢経継軽巻観浄畳剰読髪鉄転伝対県険剣塩桜黒渇毎歩両満悪亜労霊齢歯児実総仮拝抜廃]"
    r"|返品|返金|送料|在庫|注文|領収|(?<!提)到着(?!火|急)|購入|配達|御中|見積|割引|税込|株式会社|会員登録|変更|同封|可能[？?]|再配"
)
"""Kana, characters in forms that only Japanese has, and words that only it uses."""
_HIRAGANA = re.compile(r"[\u3041-\u306d\u306f-\u3096]")
"""All but の, with which Chinese shops decorate their names."""
_KATAKANA = re.compile(r"[\u30a1-\u30fa]")
_QUOTED = re.compile(
    r"「[^「」]{0,40}」|『[^『』]{0,40}』|“[^“”]{0,40}”|\"[^\"\n]{0,40}\"|《[^《》]{0,40}》"
)
_CHINESE = re.compile(
    r"[吗嗎呢吧么麼这這们們你您哪怎没沒给給很啥咱俺谢謝货貨发订單单退买卖賣还還问请说过时间钱东车门开关见让认识该谁对价应续读检权变验实总达员处务选择换盒网邮递运费贴纸质量资产标联系电话码谅图书馆个的了红蓝绿颜领级鱼龙马风语设评试详调购贵赠]"
)
"""Words and forms that only Chinese has, or that hardly a line of it does without."""

_SPEAKS_ZH = re.compile(
    "[吗嗎呢呗嘛咯](?!啡)|啦(?!啦)|吧(?!台|椅)|(?<!饿了)(?<!餓了)么(?!么)|太[大小贵慢长短紧松厚薄重轻差烂久少多晚]|没|沒|还[有能会没不要在是]|還[有能會沒不要在是]|怎|什么|什麼|甚麼|哪|谁(?!料)|誰|几时|多少|多久|啥|咋|请|請|谢谢|謝謝|多谢|你好|您|麻烦|麻煩|抱歉|帮|幫|给我|給我|(?<![饿餓])了(?!不)|我(?!的世界|乐|们的)|你(?!的名字)|不(?![锈鏽粘黏倒二干沾褪求织織夜])"
    "|能不|能用|能退|能换|可以|可不|有没|有沒|有货|有貨|想要|需要|不要|要买|要買|要退|要换|在不|到了|到哪|收到|到货|到貨|坏|壞|丢|丟|催|退(?!热|熱|烧|燒|役|休)|换(?!气|头|季)|換(?!氣|頭|季)|取消|投诉|投訴|发货|發貨|发票|發票|开票|下单|下單|付款|扣款|补发|維修|维修|修改|改地址|查(?!尔|爾|理)|怎么|快点|快點|太慢|很(?!好)"
    "|快递(?![袋盒箱柜架车员服])|快遞(?![袋盒箱櫃架車員服])|包裹|物流|订单|訂單|运费|運費|客服|人工(?!智能)|售后|售後|优惠券|優惠券"
)
"""Chinese verbs, particles and matters of a shop, by which somebody speaks it; not in the name of a thing."""
_ABOUT_WORDS = re.compile(
    r"\b(?:means?|meaning|translat\w+|says?|pronounc\w+|spell\w*|words?|characters?|pinyin|phrases?|printed|written|reads|called|named|titled|label(?:l?ed)?|keyboard)\b"
)
"""Where an English sentence speaks of Chinese words, or what a thing is called, they are no speech."""
_LONGEST_NAME = 8
"""So many Chinese characters may name something within an English sentence."""
_GLANCE_CHARS = 600
"""A language shows in the head and the tail of a text that is not all ASCII."""
_SHORT_WORDS = 4
"""A line of so few words may be all borrowed but for one."""
_CODED = re.compile(r"[\d@_]")
_TITLE = re.compile(r"[A-Z][a-z']*|[a-z']{1,3}")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
_LONG_LINE = 8


def tell_language(text: str | Sample) -> str:
    """zh, en, mixed, other (another language), or none where no letter stands in the text.

    Mixed means that both Chinese that speaks (a verb, a particle, a matter of a shop) and at least two English words
    that are no brand or model name stand in the text; what only names something in an English sentence does not
    speak. Placeholders, links and code do not count.
    """
    sample = Sample.of(text)
    plain, has_marks = sample.text, bool(sample.signs & _NOT_TEXT_SIGNS)
    if has_marks or not plain.isascii():
        plain = clip(plain, _GLANCE_CHARS)
        if has_marks:
            plain = _NOT_TEXT.sub(" ", plain)
        words = WORDS.read(plain.lower())
    else:
        words = sample.words
    han = foreign = 0
    if not plain.isascii():
        han = len(_HAN.findall(plain))
        foreign = _count_foreign(plain)
        if foreign > han > 0:
            foreign = _count_foreign(_QUOTED.sub(" ", plain))
    letters, english = words.letters, words.in_group[ENGLISH]
    if foreign > max(han, letters):
        return "other"
    if han == 0 and letters == 0:
        return "other" if _LETTER.search(plain) else "none"
    if han == 0:
        return "en" if _is_english(plain, words) else "other"
    if _KANA_OR_FORMS.search(sample.typed) and _is_japanese(sample.typed, han):
        return "other"
    if english >= 1 and letters > han and han <= _LONGEST_NAME and not _speaks_chinese(plain):
        return "en" if han < 4 or words.words >= 2 else "zh"
    return "mixed" if english >= 2 and (words.words >= 3 or letters > han) else "zh"


def tell_spoken(text: str | Sample) -> str | None:
    """The language of a text that is a sentence, if only a short one; None for names, codes, numbers, links,
    marks and single words, which tell nothing of what somebody speaks.

    Chinese characters and letters of other scripts always tell. Latin letters do in two words or more, of which
    one is a word to speak with ("where is it", not "nike air max"), or two name a matter ("cancel order").
    """
    sample = Sample.of(text)
    language = tell_language(sample)
    if language in ("zh", "mixed"):
        return language
    if language == "none":
        return None
    plain = _NOT_TEXT.sub(" ", clip(sample.text, _GLANCE_CHARS))
    plain = " ".join(word for word in plain.split() if not _CODED.search(word))
    if not plain.isascii() and _count_foreign(plain) + len(_HAN.findall(plain)) > 1:
        return language
    words = WORDS.read(plain.lower())
    if words.words < 2:
        return None
    if language == "en":
        return "en" if _speaks_english(plain, words) else None
    is_strange = words.in_group[OTHER_LATIN] > 0 or len(_ACCENTED.findall(plain)) > 2
    is_prose = words.words >= _LONG_LINE and not plain.istitle()
    return "other" if is_strange or is_prose else None


def _speaks_chinese(plain: str) -> bool:
    said = _QUOTED.sub(" ", plain)
    return _SPEAKS_ZH.search(said) is not None and not _ABOUT_WORDS.search(said.lower())


def _count_foreign(plain: str) -> int:
    return len(_KANA_HANGUL.findall(plain)) + len(_OTHER_LETTERS.findall(plain))


def _speaks_english(plain: str, words: WordCount) -> bool:
    """Not "The North Face", not "thank you": what is polite is said in any talk."""
    if words.in_group[MATTERS] >= 2:
        return True
    if not words.in_group[SPEAKS] or plain.lower().strip(" .!,~") == "thank you":
        return False
    is_title = all(map(_TITLE.fullmatch, _LATIN_WORD.findall(plain))) and plain[:1].isupper()
    return "?" in plain or not is_title or plain.split()[-1].islower()


def _is_japanese(typed: str, han: int) -> bool:
    """Kana prove it unless they are quoted, decorate or name something in a Chinese sentence."""
    plain = _QUOTED.sub(" ", _NOT_TEXT.sub(" ", clip(typed, _GLANCE_CHARS)))
    chinese = len(_CHINESE.findall(plain))
    if hiragana := len(_HIRAGANA.findall(plain)):
        return hiragana > 2 * chinese
    if chinese:
        return False
    katakana = len(_KATAKANA.findall(plain))
    return katakana >= han or _KANA_OR_FORMS.search(plain.replace("の", "")) is not None


def _is_english(plain: str, words: WordCount) -> bool:
    """Plain ASCII letters, and no more of other languages' commonest words than of its own; when long enough,
    also some of those."""
    common, strange = words.in_group[ENGLISH], words.in_group[OTHER_LATIN]
    if not plain.isascii():
        accented = len(_ACCENTED.findall(plain))
        is_borrowed = accented == 1 and not strange
        if accented > max(common, 0.05 * len(plain)) and not is_borrowed:
            return False
        if not common and _UNENGLISH.search(plain.lower()):
            return False
    if strange and strange + words.in_group[NAME_LATIN] > common:
        return False
    if strange and words.words <= _SHORT_WORDS and common == words.in_group[SHARED]:
        return False
    return words.words < _LONG_LINE or common >= 0.08 * words.words

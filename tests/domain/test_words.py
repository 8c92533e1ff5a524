"""What is read in a text: who is ignored, what closes, what is automated, what deflects."""

from __future__ import annotations

import re
import time
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.post import Post, Reading, ReplyClass
from monitor.domain.words import LONGEST_CLOSER, SEEN, SHIPPED, TextRule, Wording

HUMAN, AUTOMATED, DEFLECTION = ReplyClass.HUMAN, ReplyClass.AUTOMATED, ReplyClass.DEFLECTION
LANGUAGES = [
    *("ar", "da", "de", "en", "es", "fi", "fr", "hi", "it", "ja", "ko"),
    *("nl", "no", "pl", "pt", "ru", "sv", "th", "tr", "uk", "zh"),
]

first_choices = [
    (language, re.sub(r"\(([^()|]*)[^()]*\)", r"\1", phrase))
    for language, phrases in SHIPPED.phrases.items()
    for phrase in phrases
]
closing_phrases = st.sampled_from(first_choices).map(lambda listed: listed[1])
marks = st.sampled_from([" ", "! ", ", ", " 👍🏽 ", "... ", " - ", "\n", " @acme@toots.example "])


def post(text: str | None, **fields: Any) -> Post:
    fields = {"author_id": "7", "author_handle": "Ana", **fields}
    return Post(id="1", created_at=datetime(2026, 3, 2, tzinfo=UTC), text=text, **fields)


def closes(text: str, lang: str | None = None) -> bool:
    return Wording().read(post(text, lang=lang)).closer


def reply_class(text: str) -> ReplyClass:
    return Wording().read(post(text)).reply_class


@pytest.mark.parametrize(
    "text",
    [
        *("thanks", "Thank you so much!", "ok great", "ok great, thanks a lot!", "PERFECT!!!"),
        *("all sorted now, cheers", "will do", "got it, thanks again", "thanks for your help x"),
        *("tack så mycket!", "Okej, då vet jag. Tack för hjälpen!", "toppen, ha en bra dag"),
        *("Vielen lieben Dank für die schnelle Antwort!", "alles klar, danke euch", "passt, lg"),
        *("merci beaucoup pour votre aide", "D’accord, merci !", "c'est noté, bonne journée"),
        *("muchas gracias por la ayuda", "¡Perfecto, gracias!", "vale, muy amables"),
        *("Grazie mille per l'aiuto", "ok perfetto, buona giornata", "tutto risolto, grazie"),
        *("muito obrigada pela ajuda", "beleza, valeu!", "resolvido, obrigado"),
        *("dank je wel voor de snelle reactie", "top, bedankt!", "is opgelost, fijne dag nog"),
        *("mange tak for hjælpen", "super, tak for det hurtige svar", "tak skal du have"),
        *("tusen takk for hjelpen", "supert, takk!", "ok, den er grei"),
        *("kiitos paljon avusta", "selvä, kiitos", "hienoa, mukavaa viikonloppua"),
        *("dziękuję bardzo za pomoc", "ok, rozumiem, dzięki", "już działa, miłego dnia"),
        *("спасибо большое за помощь", "понятно, благодарю", "всё работает, спасибо"),
        *("щиро дякую за допомогу", "зрозуміло, дякую", "вже працює, гарного дня"),
        *("çok teşekkür ederim", "tamam, sağ olun", "TAMAMDIR, TEŞEKKÜRLER", "iyi günler"),
        *(
            "ありがとうございます！",
            "了解しました。ありがとうございました",
            "無事解決しました、助かりました",
        ),
        *("好的，谢谢", "明白了，非常感谢", "已经解决了，辛苦了", "謝謝您的幫助"),
        *("네 감사합니다^^", "알겠습니다! 감사합니다ㅎㅎ", "해결됐어요 수고하세요"),
        *("شكراً جزيلاً", "تمام، شكرا على سرعة الرد", "جزاكم الله خيرا"),
        *("बहुत बहुत धन्यवाद", "ठीक है, शुक्रिया", "theek hai, dhanyawad"),
        *("ขอบคุณมากค่ะ", "โอเค ขอบคุณครับ"),
    ],
)
def test_thanks_close_in_many_languages(text: str) -> None:
    assert closes(text)
    assert closes(text, lang="xx")


@pytest.mark.parametrize(
    "text",
    [
        *("thanks but it still does not work", "great, another delay", "good luck with that"),
        *("yes", "no", "done", "sent you a DM", "still waiting", "thanks in advance", "again"),
        *("thanks https://acme.example/ok", "thanks 2", "ok, refund", "Hjälp!", "快快快"),
        *(
            "danke für nichts",
            "merci de me répondre",
            "gracias por nada",
            "thanks for nothing",
            "谢谢你什么时候到",
        ),
    ],
)
def test_whoever_says_more_is_not_done(text: str) -> None:
    assert not closes(text)


@pytest.mark.parametrize(
    "text",
    [
        *("👍", "🙏🏽", "👍👍👍", "❤️", "❤️‍🔥", "🙇‍♀️", "☺️", "thanks 🥰", "😊!!", "@acme 👌🏿"),
        *(":)", ":-)", ";)", "=D", ":-D", "<3", "^^", "ok :)", "thanks <33", ":')"),
    ],
)
def test_friendly_emoji_close(text: str) -> None:
    assert closes(text)


@pytest.mark.parametrize(
    "text", ["😡", "ok 😡", "🤬", "📷", "👎", "💔", ":(", "thanks :-(", "ok :/"]
)
def test_no_other_emoji_does(text: str) -> None:
    assert not closes(text)


@pytest.mark.parametrize(
    "text", ["", " ", "@acme", "@acme @bo@toots.example", "!!!", "…", "\ufe0f"]
)
def test_nothing_but_handles_and_punctuation_closes_nothing(text: str) -> None:
    assert not closes(text)


@pytest.mark.parametrize(
    "mark", ["?", "？", "؟", "\u037e", "՞", "፧", "⁇", "⁈", "⁉", "‽", "❓", "❔", "⸮", "¿", "﹖"]
)
def test_a_question_mark_of_any_script_asks(mark: str) -> None:
    assert not closes(f"ok thanks{mark}")
    assert not closes(mark)


@pytest.mark.parametrize(
    "text",
    [
        *("@acme thanks", "thanks @acme", "@acme@toots.example thanks", "@115712 @a_b.c-d thanks"),
        *("@acme.bsky.social thanks", "@acme: thanks", "＠acme ありがとう", "@acmeありがとう"),
        *("@ブランド ありがとう", "\u2068@acme\u2069 thanks", ".@acme thanks", "@acme...thanks"),
    ],
)
def test_handles_do_not_count(text: str) -> None:
    assert closes(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "thaaaanks",
            "okkkk",
            "soooo goooood",
            "cooool",
            "THANKSSSS!!!",
            "ありがとーーーー",
            "谢谢谢谢",
        ),
        *(
            "that's great",
            "that’s great",
            "ｔｈａｎｋｓ",
            "𝐭𝐡𝐚𝐧𝐤𝐬",
            "th\u00adanks",
            "#thanks",
            "*thanks*",
        ),
        *("dziekuje", "tesekkurler", "muchisimas gracias", "شكرااااا", "شـكـرا", "tack sa mycket"),
    ],
)
def test_spelling_is_forgiven(text: str) -> None:
    assert closes(text)


@given(st.lists(st.tuples(closing_phrases, marks), min_size=1, max_size=3))
def test_any_phrases_of_the_lists_close_together(parts: list[tuple[str, str]]) -> None:
    text = "".join(phrase + mark for phrase, mark in parts)

    assert closes(text)
    assert closes(text.title())
    assert closes(unicodedata.normalize("NFD", text))
    assert not closes(f"{text} refund")
    assert not closes(f"{text}?")


@pytest.mark.parametrize(("language", "phrase"), first_choices)
def test_every_listed_phrase_closes(language: str, phrase: str) -> None:
    assert closes(phrase, lang=language)


def test_the_main_languages_have_lists() -> None:
    assert sorted(SHIPPED.phrases) == LANGUAGES
    assert all(len("".join(phrases).split("|")) > 60 for phrases in SHIPPED.phrases.values())


def test_a_word_that_means_yes_in_the_posts_own_language_does_not_close() -> None:
    assert [closes("tak", lang=lang) for lang in ("da", None, "pl", "pl-PL")] == [
        *(True, True, False, False)
    ]


def test_a_semicolon_asks_in_greek() -> None:
    wording = Wording(closers=SHIPPED.with_added({"el": ["ευχαριστώ"]}))

    assert [wording.read(post(f"ευχαριστώ{end}")).closer for end in ("!", ";")] == [True, False]
    assert closes("thanks; cheers")


def test_a_long_text_is_no_closer() -> None:
    assert closes("ok " * (LONGEST_CLOSER // 3))
    assert not closes("ok " * LONGEST_CLOSER)
    assert not closes("thanks" + " " * SEEN + "but where is it")


def test_handles_do_not_make_a_text_long() -> None:
    assert closes("@acme_customer_care " * 30 + "thanks")


def test_closers_can_be_switched_off() -> None:
    assert not Wording(closers=None).read(post("thanks")).closer


def test_phrases_can_be_added_to_a_language_old_or_new() -> None:
    wording = Wording(closers=SHIPPED.with_added({"sv": ["kanoners (allihop|)"], "eo": ["dankon"]}))

    for text in ("Kanoners!", "kanoners allihop", "dankon", "tack, kanoners", "thanks 👍"):
        assert wording.read(post(text)).closer
    assert not closes("kanoners")


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [("ok?", "asks"), ("(ok|)", "has no word"), ("", "has no word"), ("!!!", "has no word")],
)
def test_a_phrase_that_could_close_nothing_is_refused(phrase: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        SHIPPED.with_added({"en": [phrase]})


@pytest.mark.parametrize(
    "text",
    [
        *("@bo Please DM us your booking reference.", "Could you send us a private message? ^AB"),
        *("Drop us a DM and we'll look into it", "We have replied to your DM.", "follow and DM us"),
        *("Skicka gärna ett DM till oss", "Bitte schickt uns eine DM mit der Nummer"),
        *("Merci de nous contacter en MP.", "Envíanos un DM, por favor", "escríbenos por privado"),
        *("Scrivici in DM il tuo numero", "Manda a gente por DM", "Nos chame no privado"),
        *("Stuur ons even een DM", "Send os gerne en privat besked", "Send oss gjerne en melding"),
        *("Laita meille yksityisviestiä", "Prosimy o wiadomość prywatną", "Напишите нам в личку"),
        *("Напишіть нам у приватні повідомлення", "Bize DM'den ulaşın", "DMにてご連絡ください"),
        *("请私信我们您的订单号", "請私訊我們", "쪽지로 연락처를 보내주세요"),
        *("راسلنا على الخاص", "कृपया हमें डीएम करें", "ทักมาทาง inbox ได้เลย"),
    ],
)
def test_sending_people_elsewhere_deflects(text: str) -> None:
    assert reply_class(text) is DEFLECTION


@pytest.mark.parametrize(
    "text",
    [
        *("https://acme.example/help", "@bo 👉 https://a.example", "www.acme.example/faq"),
        *("@bo http://a.example\nhttps://b.example/?x=1", "(https://a.example)", "acme.example/x"),
    ],
)
def test_a_bare_link_deflects(text: str) -> None:
    assert reply_class(text) is DEFLECTION


@pytest.mark.parametrize(
    "text",
    [
        *("It leaves at 5 pm from gate 3.", "Your refund was sent today.", "", "@bo", "👍", "..."),
        *("See https://acme.example/help", "In direct flights it is included.", "admin user"),
    ],
)
def test_an_answer_is_human(text: str) -> None:
    assert reply_class(text) is HUMAN


def test_deflection_can_be_switched_off() -> None:
    for text in ("please DM us", "https://acme.example"):
        assert Wording(deflection=False).read(post(text)).reply_class is HUMAN


def test_automated_wins_over_deflection() -> None:
    rule = TextRule("0", text=re.compile("^Thanks for reaching out"))

    reading = Wording(automated=(rule,)).read(post("Thanks for reaching out! Please DM us."))

    assert reading.reply_class is AUTOMATED


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        pytest.param(TextRule("0", author="ana"), True, id="handle"),
        pytest.param(TextRule("0", author="@ANA"), True, id="handle in other letters"),
        pytest.param(TextRule("0", author="7"), True, id="id"),
        pytest.param(TextRule("0", author="an"), False, id="part of a handle"),
        pytest.param(TextRule("0", author_is_bot=False), True, id="no bot"),
        pytest.param(TextRule("0", author_is_bot=True), False, id="bot"),
        pytest.param(TextRule("0", text=re.compile("give")), True, id="text"),
        pytest.param(TextRule("0", text=re.compile("^away")), False, id="text elsewhere"),
        pytest.param(TextRule("0", languages=("sv", "PT")), True, id="one of the languages"),
        pytest.param(TextRule("0", languages=("pt-BR",)), True, id="region"),
        pytest.param(TextRule("0", languages=("pt-PT", "p")), False, id="other region"),
        pytest.param(TextRule("0", author="ana", author_is_bot=True), False, id="not every key"),
        pytest.param(TextRule("0", author="ana", languages=("pt",)), True, id="every key"),
    ],
)
def test_a_rule_fits_where_all_its_keys_fit(rule: TextRule, fits: bool) -> None:
    assert rule.fits(post("a giveaway", lang="pt_br")) is fits


def test_a_language_rule_does_not_fit_a_post_without_language() -> None:
    assert not TextRule("0", languages=("en",)).fits(post("x", lang=None))


def test_a_post_is_ignored_by_the_first_rule_that_fits() -> None:
    rules = (TextRule("bots", author_is_bot=True), TextRule("1", author="ana"), TextRule("2"))

    assert Wording(ignore=rules).read(post("x")).ignored_by == "1"
    assert Wording(ignore=rules).read(post("x", author_is_bot=True)).ignored_by == "bots"
    assert Wording(ignore=rules[:2]).read(post("x", author_handle="bo")).ignored_by is None


def test_a_text_that_was_removed_still_has_an_author() -> None:
    rules = (TextRule("words", text=re.compile("")), TextRule("who", author="ana"))

    assert Wording().read(post(None)) == Reading()
    assert Wording(ignore=rules, automated=rules).read(post(None)) == Reading(
        ignored_by="who", reply_class=AUTOMATED
    )


def test_rules_and_lists_see_the_beginning_of_a_text() -> None:
    rule = TextRule("0", text=re.compile("needle"))
    wording = Wording(ignore=(rule,))

    assert wording.read(post("x" * (SEEN - 6) + "needle")).ignored_by == "0"
    assert wording.read(post("x" * (SEEN - 5) + "needle")).ignored_by is None
    assert reply_class("x " * SEEN + "please DM us") is HUMAN


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "ok ",
            "thanks",
            "a",
            "@",
            "@a",
            "@a.",
            "@a@",
            "http://",
            "a.",
            ":",
            ":-",
            "^",
            "<3",
            "👍",
        ),
        *(
            "ﷺ",
            "dm ",
            "send us a ",
            "\u0301",
            "क्",
            "谢",
            "ㅋ",
            "(",
            "thanks for the ",
            "🙏🏽\u200d",
            "w.w/",
        ),
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    hostile = piece * (100_000 // len(piece))
    started = time.process_time()

    for text in (hostile, hostile[:SEEN], hostile[:LONGEST_CLOSER], f"{hostile[: SEEN - 1]}\x00"):
        Wording().read(post(text))

    assert time.process_time() - started < 2


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    reading = Wording().read(post(text))

    assert not (reading.closer and "?" in text)

"""A mail is what its readers and their programs expect, and cannot be made another by anybody."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.http import Web
from monitor.notifiers.email import Email, EmailConfig
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind
from tests.notifiers.notices import BREACH, NOW, notice, written_by_a_stranger
from tests.notifiers.notifier_contract import DEADLINE, SECRET, NotifierContract, Tell
from tests.notifiers.post_office import DRIP, SILENCE, PostOffice
from tests.notifiers.receiver import Receiver

TO = ["lead@example.com", "Nät <desk@example.com>"]


def build(place: PostOffice, texts: Texts, to: Sequence[str] = TO, **keys: Any) -> Email:
    smtp = f"smtp://care%40example.com@127.0.0.1:{place.port}"
    told = {"to": list(to), "smtp": smtp, "password": SECRET, **keys}
    return Email(EmailConfig.model_validate({"email": told}).email, texts, DEADLINE)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


class TestEmail(NotifierContract):
    @pytest.fixture
    def place(self) -> Iterator[PostOffice]:
        with PostOffice() as office:
            yield office

    def teller(self, place: PostOffice, web: Web, texts: Texts) -> Tell:
        return build(place, texts).tell

    def shown(self, place: PostOffice) -> str:
        mail = place.mail
        head = "\n".join(f"{name}: {value}" for name, value in mail.items())
        return f"{head}\n{part(mail, 'plain')}\n{part(mail, 'html')}"

    def test_its_head_says_whom_it_is_from_and_that_nobody_wrote_it(
        self, place: PostOffice, web: Web, texts: Texts
    ) -> None:
        self.tell(place, notice(), web, texts)

        mail = place.mail
        assert mail["From"] == "care@example.com"
        assert [str(each) for each in mail["To"].addresses] == TO
        assert mail["Subject"] == "Overdue: Grace Adeyemi waits for acme on Mastodon, 12 min late"
        assert mail["Date"].datetime == NOW.replace(microsecond=0)
        assert mail["Auto-Submitted"] == "auto-generated"

    def test_the_same_notice_is_the_same_mail(
        self, place: PostOffice, web: Web, texts: Texts
    ) -> None:
        for key in ("notice/1", "notice/1", "notice/2"):
            self.tell(place, notice(key=key), web, texts)

        ids = [mail.lower().partition("message-id: ")[2].split()[0] for mail in place.mails]
        assert ids[0] == ids[1] != ids[2]

    def test_what_follows_on_a_wait_stands_below_what_came_before(
        self, place: PostOffice, web: Web, texts: Texts
    ) -> None:
        threads = []
        recovered = replace(BREACH, kind=AlertKind.RECOVERED)
        for number, items in enumerate(([BREACH], [recovered], [replace(BREACH, wait=18)])):
            self.tell(place, notice(*items, key=f"notice/{number}"), web, texts)
            threads.append(place.mail["References"])
        self.tell(place, notice(BREACH, replace(BREACH, wait=18)), web, texts)

        assert threads[0] == threads[1] != threads[2]
        assert place.mail["References"] is None

    def test_who_logs_in_is_known(self, place: PostOffice, web: Web, texts: Texts) -> None:
        self.tell(place, notice(), web, texts)

        assert place.logins == [f"\0care@example.com\0{SECRET}"]

    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_both_parts_say_it(self, place: PostOffice, web: Web, texts: Texts, kind: str) -> None:
        self.tell(place, notice(written_by_a_stranger("Hjälp & “tack” 🙏")), web, texts)

        told = part(place.mail, kind).replace("&amp;", "&")
        assert "Hjälp & “tack” 🙏" in told
        assert "https://care.example.com/waits/17" in told

    @pytest.mark.parametrize(
        ("verb", "reply", "reason"),
        [
            ("", "554 no service", Reason.REJECTED),
            ("", "421 too busy", Reason.UNAVAILABLE),
            ("", "nonsense", Reason.UNAVAILABLE),
            ("EHLO", "250 here", Reason.REJECTED),
            ("AUTH", "535 who are you", Reason.AUTH),
            ("AUTH", "454 not now", Reason.UNAVAILABLE),
            ("MAIL", "530 log in first", Reason.AUTH),
            ("MAIL", "452 no room", Reason.UNAVAILABLE),
            ("RCPT", "550 no such user", Reason.REJECTED),
            ("RCPT", "450 greylisted", Reason.UNAVAILABLE),
            ("DATA", "451 not now", Reason.UNAVAILABLE),
            (".", "554 looks like spam", Reason.REJECTED),
            (".", "452 no room", Reason.UNAVAILABLE),
            ("RCPT", SILENCE, Reason.UNAVAILABLE),
            ("", SILENCE, Reason.UNAVAILABLE),
            (".", DRIP, Reason.UNAVAILABLE),
        ],
    )
    def test_what_the_server_says_has_its_reason(
        self, place: PostOffice, texts: Texts, verb: str, reply: str, reason: Reason
    ) -> None:
        place.replies[verb] = reply
        begun = time.monotonic()

        assert self.refusal(place, texts).reason is reason
        assert time.monotonic() - begun < 5

    def test_one_address_that_is_refused_is_told_of_and_the_other_has_its_mail(
        self, place: PostOffice, texts: Texts
    ) -> None:
        place.replies["RCPT <desk@example.com>"] = "550 no such user"

        assert self.refusal(place, texts).reason is Reason.REJECTED
        assert len(place.mails) == 1

    def test_if_one_of_the_refused_may_be_taken_later_all_are_tried_again(
        self, place: PostOffice, texts: Texts
    ) -> None:
        place.replies["RCPT <desk@example.com>"] = "550 no such user"
        place.replies["RCPT <lead@example.com>"] = "450 greylisted"

        assert self.refusal(place, texts).reason is Reason.UNAVAILABLE

    def test_a_server_that_is_down_is_not_available(self, texts: Texts) -> None:
        with PostOffice() as gone:
            pass

        assert self.refusal(gone, texts).reason is Reason.UNAVAILABLE

    def test_a_server_with_an_impossible_name_is_not_available(
        self, place: PostOffice, texts: Texts
    ) -> None:
        keys = {"smtp": "smtp://care@mail..example", "from": "care@example.com"}
        notifier = build(place, texts, **keys)

        with pytest.raises(FetchError):
            notifier.tell(notice())

    def test_a_server_of_another_kind_is_not_available(self, texts: Texts) -> None:
        with Receiver() as web_server:
            notifier = build(web_server, texts)  # type: ignore[arg-type] # only its port is asked for
            with pytest.raises(FetchError):
                notifier.tell(notice())

    @pytest.mark.parametrize("reply", ["235 come in", f"535 {SECRET}", f"454 {SECRET}"])
    def test_sends_the_secret_and_never_tells_it(
        self,
        place: PostOffice,
        texts: Texts,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
        reply: str,
    ) -> None:
        caplog.set_level(0)
        place.replies["AUTH"] = reply
        told = ""
        try:
            build(place, texts).tell(notice())
        except FetchError as error:
            told = f"{error} {error!r}"

        assert SECRET in place.logins[0]  # otherwise the next line proves nothing
        assert SECRET not in told + caplog.text + "".join(capfd.readouterr())

    def refusal(self, place: PostOffice, texts: Texts) -> FetchError:
        with pytest.raises(FetchError) as caught:
            build(place, texts).tell(notice())
        return caught.value


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"to": "lead"}, "no mail address"),
        ({"to": "a@b.example\nBcc: c@d.example"}, "no mail address"),
        ({"to": "nät@example.com"}, "no mail address"),
        ({"to": "lead@example..com"}, "no mail address"),
        ({"to": "Lead <lead@"}, "no mail address"),
        ({"to": []}, "at least 1"),
        ({"smtp": "mail.example.com"}, "no mail server"),
        ({"smtp": "smtp://mail.example.com:0"}, "no mail server"),
        ({"smtp": "smtp://u:s3cr3t@mail.example.com"}, "holds a password"),
        ({"smtp": "smtp://mail.example.com", "password": "s3cr3t"}, "nobody to log in"),
        ({"smtp": "smtp://u@mail.example.com"}, "password, too"),
        ({"password": "s3cr3t", "starttls": False}, "in the clear"),
        ({"from": "nobody"}, "no mail address"),
        ({"password": "lösen-s3cr3t"}, "copy it again"),
        ({"smtp": "smtp://%C3%B6@mail.example.com"}, "ASCII"),
        ({"sender": "a@b.example"}, "sender"),
    ],
)
def test_what_cannot_work_is_refused(keys: dict[str, Any], told: str) -> None:
    well = {"to": "a@b.example", "smtp": "smtp://u@mail.example.com", "password": "s3cr3t"}
    if "smtp" in keys:
        del well["password"]
    with pytest.raises(ValidationError, match=told) as caught:
        EmailConfig.model_validate({"email": {**well, **keys}})

    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("smtp", "sender"),
    [
        ("smtp://user@mail.example.com:587", "user@mail.example.com"),
        ("smtps://care%40example.com@mail.example.com", "care@example.com"),
    ],
)
def test_unless_told_otherwise_who_logs_in_writes(smtp: str, sender: str) -> None:
    told = {"email": {"to": "a@b.example", "smtp": smtp, "password": SECRET}}

    assert EmailConfig.model_validate(told).email.mail_from == sender


def test_the_schema_knows_one_address_and_several() -> None:
    mailbox = EmailConfig.model_json_schema()["$defs"]["Mailbox"]["properties"]

    assert [each["type"] for each in mailbox["to"]["anyOf"]] == ["string", "array"]
    assert "from" in mailbox

"""A real mail server takes our mail, with and without TLS and a login."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import pytest

aiosmtpd = pytest.importorskip("aiosmtpd", reason="aiosmtpd is not installed; make test-services")
from aiosmtpd.controller import Controller  # noqa: E402
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword  # noqa: E402

from monitor.http import Web  # noqa: E402
from monitor.notifiers.email import EmailConfig  # noqa: E402
from monitor.notifiers.texts import Texts  # noqa: E402
from monitor.ports.connector import FetchError, Reason  # noqa: E402
from tests.notifiers.notices import BREACH, notice, written_by_a_stranger  # noqa: E402
from tests.notifiers.notifier_contract import SECRET  # noqa: E402

pytestmark = [
    pytest.mark.service,
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated:DeprecationWarning"),
]


class Letterbox:
    """What a server does with mail; it refuses none."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.were_encrypted: list[bool] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        has_begun_so = server.transport.get_extra_info("ssl_object") is not None
        self.were_encrypted.append(has_begun_so or session.ssl is not None)
        return "250 taken"


def last_mail(box: Letterbox) -> EmailMessage:
    content = box.envelopes[-1].original_content
    assert content is not None
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def lets_in(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and given.password == SECRET.encode()
    return AuthResult(success=is_right, handled=False)


class Server(Controller):
    """`tls`: offers STARTTLS, or speaks TLS from the beginning (`implicit`)."""

    def __init__(self, box: Letterbox, host: str, **how: Any) -> None:
        self._how = how
        implicit = how.pop("implicit", None)
        super().__init__(box, hostname=host, port=_free_port(host), ssl_context=implicit)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="test", enable_SMTPUTF8=False, **self._how)


def _free_port(host: str) -> int:
    with socket.socket() as taken:
        taken.bind((host, 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def box() -> Letterbox:
    return Letterbox()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signed by itself; for this machine's own name."""
    folder = tmp_path_factory.mktemp("tls")
    name = socket.gethostname()
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.fixture
def elsewhere() -> str:
    """A name of this machine that nobody takes for loopback."""
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, 25, socket.AF_INET)
    except OSError:
        pytest.skip("this machine's own name leads nowhere")
    return name


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(lambda: notice().at)
    yield web
    web.close()


def send(
    server: Server, web: Web, scheme: str = "smtp", host: str = "127.0.0.1", **keys: Any
) -> None:
    user = "care%40example.com@" if "password" in keys else ""
    smtp = f"{scheme}://{user}{host}:{server.port}"
    told = {"to": "lead@example.com", "from": "care@example.com", "smtp": smtp, **keys}
    notifier = EmailConfig.model_validate({"email": told}).build(web, Texts("sv"))
    with server:
        notifier.tell(notice(written_by_a_stranger("Hjälp! <b>var</b> är min väska? 🙏")))


def test_a_mail_arrives_with_both_parts(box: Letterbox, web: Web) -> None:
    send(Server(box, "127.0.0.1"), web)

    plain, html = (last_mail(box).get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "Hjälp! ‹b›var‹/b› är min väska? 🙏" in plain.get_content()
    assert "Hjälp! ‹b›var‹/b› är min väska? 🙏" in html.get_content()
    assert last_mail(box)["Subject"].startswith("Försenat: Hjälp!")
    assert box.envelopes[0].rcpt_tos == ["lead@example.com"]
    assert box.were_encrypted == [False]


@pytest.mark.parametrize("host", ["127.0.0.1", "elsewhere"])
def test_starttls_is_used_where_it_is_offered(
    box: Letterbox,
    web: Web,
    tls: ssl.SSLContext,
    certificate: Path,
    host: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if host == "elsewhere":
        host = request.getfixturevalue("elsewhere")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    send(Server(box, host, tls_context=tls, require_starttls=True), web, host=host)

    assert box.were_encrypted == [True]


def test_smtps_is_encrypted_from_the_beginning(
    box: Letterbox, web: Web, tls: ssl.SSLContext
) -> None:
    server = Server(box, "127.0.0.1", implicit=tls)
    send(server, web, scheme="smtps")

    assert box.were_encrypted == [True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused_beyond_this_machine(
    box: Letterbox, web: Web, tls: ssl.SSLContext, elsewhere: str, scheme: str
) -> None:
    how = {"implicit": tls} if scheme == "smtps" else {"tls_context": tls}
    with pytest.raises(FetchError, match="certificate") as caught:
        send(Server(box, elsewhere, **how), web, scheme, elsewhere)

    assert caught.value.reason is Reason.REJECTED
    assert not box.envelopes


def test_mail_does_not_leave_this_machine_in_the_clear_unless_told_so(
    box: Letterbox, web: Web, elsewhere: str
) -> None:
    with pytest.raises(FetchError, match="no STARTTLS"):
        send(Server(box, elsewhere), web, host=elsewhere)
    assert not box.envelopes

    send(Server(box, elsewhere), web, host=elsewhere, starttls=False)
    assert len(box.envelopes) == 1


@pytest.mark.parametrize(("password", "reason"), [(SECRET, None), ("wr0ng-one", Reason.AUTH)])
def test_a_login_is_made(
    box: Letterbox, web: Web, tls: ssl.SSLContext, password: str, reason: Reason | None
) -> None:
    server = Server(box, "127.0.0.1", authenticator=lets_in, auth_required=True, tls_context=tls)
    if reason is None:
        send(server, web, password=password)
        assert len(box.envelopes) == 1
        return
    with pytest.raises(FetchError) as caught:
        send(server, web, password=password)
    assert caught.value.reason is reason
    assert password not in str(caught.value)


def test_what_follows_a_breach_has_the_same_thread(box: Letterbox, web: Web) -> None:
    threads = []
    for key in ("notice/1", "notice/2"):
        with Server(box, "127.0.0.1") as server:
            smtp = f"smtp://127.0.0.1:{server.port}"
            told = {"to": "lead@example.com", "from": "care@example.com", "smtp": smtp}
            notifier = EmailConfig.model_validate({"email": told}).build(web, Texts("en"))
            notifier.tell(notice(BREACH, key=key))
        threads.append((last_mail(box)["References"], last_mail(box)["Message-ID"]))

    assert threads[0][0] == threads[1][0]
    assert threads[0][1] != threads[1][1]

"""A mail server of a few words, which says what a test wants it to."""

from __future__ import annotations

import base64
import socketserver
import threading
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Self

SILENCE = "silence"
"""As a reply: nothing is said until the test ends."""
DRIP = "drip"
"""As a reply: a line without end."""

_WELL = {
    "": "220 here",
    "EHLO": "250-here\r\n250 AUTH PLAIN",
    "AUTH": "235 come in",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 taken",
    "QUIT": "221 bye",
    "RSET": "250 ok",
}


class PostOffice:
    """`replies`: by verb, what it says instead of well; `""` is its greeting, `.` a mail's end.

    Per recipient: `RCPT <name@host>`.
    """

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.mails: list[str] = []
        self.logins: list[str] = []
        self.over = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def mail(self) -> EmailMessage:
        read = message_from_string(self.mails[-1], policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        return type("Handler", (_Counter,), {"office": self})


class _Counter(socketserver.StreamRequestHandler):
    """Where one who brings mail is heard."""

    office: PostOffice

    def handle(self) -> None:
        try:
            self._say("")
            while line := self._line().strip():
                self._hear(line)
        except OSError:
            return

    def _hear(self, line: str) -> None:
        verb, *words = line.replace(":", ": ").split()
        verb = verb.upper()
        if verb == "AUTH":
            self.office.logins.append(base64.b64decode(words[-1]).decode())
        if verb == "RCPT" and f"RCPT {words[1]}" in self.office.replies:
            verb = f"RCPT {words[1]}"
        self._say(verb)
        if verb == "DATA" and verb not in self.office.replies:
            self._take()

    def _take(self) -> None:
        mail: list[str] = []
        while (line := self._line()) != ".\r\n":
            mail.append(line.removeprefix("."))
        self.office.mails.append("".join(mail))
        self._say(".")

    def _line(self) -> str:
        return self.rfile.readline().decode()

    def _say(self, verb: str) -> None:
        reply = self.office.replies.get(verb) or _WELL[verb]
        if reply == SILENCE:
            self.office.over.wait(30)
            raise ConnectionAbortedError
        while reply == DRIP and not self.office.over.wait(0.05):
            self.wfile.write(b"2")
        self.wfile.write(f"{reply}\r\n".encode())

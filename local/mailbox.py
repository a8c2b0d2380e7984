"""Everybody's mailbox in the embedded run: receives what is sent, shows it, and tells the news that SES would.

MiniStack relays the mail of SES by SMTP and puts the message id it gave the sender in ``Message-ID``. It relays no
tags, so the tag ``mail`` is made again from the header ``X-Statsbidrag-Mail``.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as mail_policy
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from local.ses_events import Sent, events_of
from local.web import NOT_FOUND, Answer, Request, Site, page

MAIL_ID_HEADER = "X-Statsbidrag-Mail"
_TOLD_AT_ONCE = 5
"""E-mails whose news goes in one call: two events each as a rule, and a queue takes ten."""
_GATHERED_SECONDS = 0.01
"""How long the first of them waits for others."""
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")

_LIST = page("""
<p>{{ mails | length }} brev. Inget har lämnat den här datorn.</p>
<table>
<thead><tr><th scope="col">Nummer</th><th scope="col">Till</th><th scope="col">Ämne</th>
<th scope="col">Kom</th></tr></thead>
<tbody>
{% for mail in mails %}<tr><td>{{ mail.sequence }}</td><td>{{ mail.to | join(", ") }}</td>
<td><a href="/brev/{{ mail.sequence }}">{{ mail.subject or "(utan ämne)" }}</a>
{%- if mail.bounced %} <strong>Studsade</strong>{% endif %}</td><td>{{ mail.at }}</td></tr>
{% endfor %}</tbody>
</table>
""")
_MAIL = page("""
<p><a href="/">Alla brev</a></p>
<table>
<tbody>
<tr><th scope="row">Från</th><td>{{ mail.sender }}</td></tr>
<tr><th scope="row">Till</th><td>{{ mail.to | join(", ") }}</td></tr>
<tr><th scope="row">Kom</th><td>{{ mail.at }}</td></tr>
<tr><th scope="row">Namn</th><td>{{ mail.mail_id }}</td></tr>
<tr><th scope="row">Fil</th><td><a href="/brev/{{ mail.sequence }}.eml" download>{{ mail.path.name }}</a></td></tr>
{% if mail.links %}<tr><th scope="row">Länkar</th><td>{% for link in mail.links %}<a href="{{ link }}">{{ link }}</a>
{% endfor %}</td></tr>
{% endif %}</tbody>
</table>
<h2>Text</h2>
<pre>{{ text }}</pre>
{% if html %}<h2>HTML</h2>
<iframe sandbox title="Brevet som HTML" src="/brev/{{ mail.sequence }}/html"></iframe>
{% endif %}
""")


class Mail(msgspec.Struct, frozen=True):
    """One mail that came.

    Attributes
    ----------
    sequence
        In the order of arrival, from 1.
    mail_id
        What the header ``X-Statsbidrag-Mail`` says; empty for mail of others.
    to
        The recipients of the envelope.
    at
        The instant, in UTC, by the clock of the run.
    bounced
        Whether a recipient's address did not take it.
    """

    sequence: int
    mail_id: str
    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    at: datetime
    bounced: bool
    path: Path

    @property
    def links(self) -> tuple[str, ...]:
        """Addresses in the text part, in their order; read from the file, since few are asked for."""
        return tuple(_LINK.findall(_text(_parsed(self.path.read_bytes()), "plain")))


class Mailbox:
    """Receives on loopback until it is stopped; use it as a context manager.

    Parameters
    ----------
    folder
        Each mail is kept here as it came, byte for byte: sequence and mail id with ``:`` and ``/`` made safe.
    publish
        Takes the SES events of some e-mails as EventBridge puts them on a queue; called from the receiving thread.
    clock
        Gives the instant of the run.
    bounces
        Addresses that take no mail, in lower case. The collection is read anew for each mail.
    complaints
        Names of e-mails that whoever gets them calls spam; read anew in the same way.
    smtp_port, web_port
        0 takes a free one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        publish: Callable[[list[dict[str, Any]]], None],
        clock: Callable[[], datetime],
        bounces: Collection[str] = (),
        complaints: Collection[str] = (),
        smtp_port: int = 0,
        web_port: int = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._publish, self._clock = folder, publish, clock
        self._bounces, self._complaints = bounces, complaints
        self._mails: list[Mail] = []
        self._untold: list[tuple[Mail, list[dict[str, Any]]]] = []
        self._telling: asyncio.TimerHandle | None = None
        self._failures: list[str] = []
        self._came = threading.Condition()
        self._last = float("-inf")
        self._smtp = _Loopback(self, smtp_port)
        self.smtp_port = self._smtp.port
        self._web_port = web_port

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to receive, and to show what came at `url`."""
        self._smtp.start()
        self._site = Site(self.answer, self._web_port)
        self.url = self._site.url

    def stop(self) -> None:
        """Stop receiving; the folder remains."""
        self._site.stop()
        self._smtp.stop()
        self._tell()
        self._smtp.loop.close()

    @property
    def mails(self) -> tuple[Mail, ...]:
        """All that came, in the order of arrival."""
        with self._came:
            return tuple(self._mails)

    @property
    def failures(self) -> tuple[str, ...]:
        """Mail that could not be kept, or news that could not be told; empty when all is well."""
        with self._came:
            return tuple(self._failures)

    def is_receiving(self, within: float) -> bool:
        """Tell whether a mail came in the last moments (seconds of real time)."""
        with self._came:
            return time.monotonic() - self._last < within

    def wait_for(self, mail_id: str, limit: float = 30) -> Mail:
        """Give the first mail of that id, as soon as it has come and its news is told.

        Parameters
        ----------
        limit
            Seconds of real time.

        Raises
        ------
        TimeoutError
            It did not come.
        """

        def found() -> Mail | None:
            return next((mail for mail in self._mails if mail.mail_id == mail_id), None)

        with self._came:
            mail = self._came.wait_for(found, limit)
        if mail is None:
            raise TimeoutError(f"no mail {mail_id} in {limit} s")
        return mail

    # Receiving

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep one mail and tell its news (called by aiosmtpd)."""
        content = envelope.original_content or b""
        # Of what comes, only the head is read: a year's mail is mostly enclosures.
        head = BytesHeaderParser().parsebytes(content)
        at = self._clock()
        bounced = tuple(to for to in envelope.rcpt_tos if to.lower() in self._bounces)
        sequence = len(self._mails) + len(self._untold) + 1
        mail_id = str(head.get(MAIL_ID_HEADER, "")).strip()
        path = self._folder / f"{sequence:05d}-{_safe(mail_id) or 'mail'}.eml"
        path.write_bytes(content)
        mail = Mail(
            sequence=sequence,
            mail_id=mail_id,
            message_id=str(head.get("Message-ID", f"{sequence:06d}")).strip().strip("<>"),
            sender=envelope.mail_from or "",
            to=tuple(envelope.rcpt_tos),
            subject=str(make_header(decode_header(head.get("Subject", "")))),
            at=at,
            bounced=bool(bounced),
            path=path,
        )
        complained = mail_id in self._complaints
        sent = Sent(mail.message_id, mail_id, mail.sender, mail.to, bounced, at, tuple(head.items()), complained)
        self._last = time.monotonic()
        self._untold.append((mail, list(events_of(sent))))
        if len(self._untold) >= _TOLD_AT_ONCE:
            self._tell()
        elif self._telling is None:
            self._telling = self._smtp.loop.call_later(_GATHERED_SECONDS, self._tell)
        return "250 OK"

    def _tell(self) -> None:
        """Tell the news of what was gathered; it came, whether or not anybody could be told."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        untold, self._untold = self._untold, []
        if not untold:
            return
        try:
            self._publish([event for _, events in untold for event in events])
        except Exception as error:  # noqa: BLE001 - whatever it was, the year says so at its end
            self._fail(error)
        with self._came:
            self._mails += [mail for mail, _ in untold]
            self._last = time.monotonic()
            self._came.notify_all()

    async def handle_exception(self, error: Exception) -> str:
        """Note what went wrong, since whoever relays only logs it (called by aiosmtpd)."""
        self._fail(error)
        return "451 Requested action aborted"

    def _fail(self, error: Exception) -> None:
        with self._came:
            self._failures.append(f"{type(error).__name__}: {error}")

    # Showing

    def answer(self, request: Request) -> Answer:
        """Answer one request for a page."""
        mails = self.mails
        if request.path == "/":
            return Answer(_LIST.render(title="E-post", mails=mails[::-1]))
        found = re.fullmatch(r"/brev/([0-9]{1,6})(\.eml|/html)?", request.path)
        if found is None or not 1 <= int(found[1]) <= len(mails):
            return NOT_FOUND
        mail = mails[int(found[1]) - 1]
        content = mail.path.read_bytes()
        if found[2] == ".eml":
            named = ("Content-Disposition", f"attachment; filename*=UTF-8''{quote(mail.path.name)}")
            return Answer(content, content_type="message/rfc822", headers=(named,))
        message = _parsed(content)
        html = _text(message, "html")
        if found[2] == "/html":
            policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
            return Answer(html, headers=(("Content-Security-Policy", policy),))
        title = mail.subject or "(utan ämne)"
        return Answer(_MAIL.render(title=title, mail=mail, text=_text(message, "plain"), html=html))


class _Loopback(Controller):
    """aiosmtpd on a port that is ours from the start, so that none is guessed."""

    def __init__(self, handler: Mailbox, port: int) -> None:
        # Named as TCP, or asyncio would leave Nagle on: each greeting would wait 40 ms for an acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen()
        super().__init__(handler, hostname="127.0.0.1", port=self._socket.getsockname()[1], ready_timeout=30)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=mail_policy)
    if not isinstance(message, EmailMessage):
        raise TypeError("the policy makes no e-mail messages")
    return message


def _text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)[:100]

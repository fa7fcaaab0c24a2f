"""An SMTP server for tests."""

import ssl
from asyncio import get_running_loop
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Self

from aiosmtpd.handlers import AsyncMessage
from aiosmtpd.smtp import SMTP, AuthResult

CLOSED: dict[str, object] = {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none"}
"""Settings of a server that does not respond."""


@dataclass
class MailServer(AsyncMessage):
    """Stores all mails. If it has a certificate, it offers STARTTLS and accepts passwords."""

    message_class = None
    tls: ssl.SSLContext | None = None
    rejection: str = ""
    settings: dict[str, object] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    passwords: list[object] = field(default_factory=list)

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[Self]:
        """Run the server on a free local port, which `settings` then contains."""
        loop = get_running_loop()
        async with await loop.create_server(self.create_protocol, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            security = "starttls" if self.tls else "none"
            self.settings = CLOSED | {"smtp_port": port, "smtp_security": security}
            yield self

    def create_protocol(self) -> SMTP:
        """Return the protocol of one connection."""
        return SMTP(self, hostname="tests", tls_context=self.tls, authenticator=self.authenticate)

    def authenticate(self, *login: object) -> AuthResult:
        """Accept and store any password."""
        self.passwords.append(login[-1])
        return AuthResult(success=True)

    async def handle_message(self, message: Message) -> None:
        """Store a mail, or reject it if there is a rejection."""
        if self.rejection:
            raise ConnectionRefusedError
        self.mails.append(message_from_bytes(bytes(message), policy=policy.default))
        self.recipients.append(message["X-RcptTo"])

    async def handle_exception(self, _: Exception) -> str:
        """Return the response to a mail that is rejected, such as `550 no such user`."""
        return self.rejection

"""A mail server for tests."""

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
"""Settings of a server that does not answer."""


@dataclass
class MailServer(AsyncMessage):
    """Keeps every mail; encrypts where it has a certificate, and then takes passwords."""

    message_class = None
    tls: ssl.SSLContext | None = None
    refuses: bool = False
    settings: dict[str, object] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    passwords: list[object] = field(default_factory=list)

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[Self]:
        """Answer on a free port of this machine."""
        async with await get_running_loop().create_server(self.open, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            security = "starttls" if self.tls else "none"
            self.settings = CLOSED | {"smtp_port": port, "smtp_security": security}
            yield self

    def open(self) -> SMTP:
        """Open a conversation with one client."""
        return SMTP(self, hostname="tests", tls_context=self.tls, authenticator=self.admit)

    def admit(self, *login: object) -> AuthResult:
        """Take any name and password."""
        self.passwords.append(login[-1])
        return AuthResult(success=True)

    async def handle_message(self, message: Message) -> None:
        """Take a mail, or refuse it."""
        if self.refuses:
            raise ConnectionRefusedError
        self.mails.append(message_from_bytes(bytes(message), policy=policy.default))
        self.recipients.append(message["X-RcptTo"])

"""A mail server for tests, as far as they need one."""

import ssl
from base64 import b64decode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from anyio import BrokenResourceError, IncompleteRead, create_task_group, create_tcp_listener
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.buffered import BufferedByteStream
from anyio.streams.tls import TLSStream

CLOSED: dict[str, object] = {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none"}
"""Settings of a server that does not answer."""


@dataclass
class MailServer:
    """Keeps every mail; encrypts where it has a certificate, and then takes passwords."""

    tls: ssl.SSLContext | None = None
    refuses: bool = False
    settings: dict[str, object] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[Self]:
        """Answer on a free port of this machine."""
        listener = await create_tcp_listener(local_host="127.0.0.1")
        async with listener, create_task_group() as tasks:
            tasks.start_soon(listener.serve, self.serve)
            self.settings = {
                "smtp_host": "127.0.0.1",
                "smtp_port": listener.extra_attributes[SocketAttribute.local_port](),
                "smtp_security": "starttls" if self.tls else "none",
            }
            yield self
            tasks.cancel_scope.cancel()

    async def serve(self, client: ByteStream) -> None:
        """Answer one client, which may hang up whenever it likes."""
        with suppress(BrokenResourceError, IncompleteRead, ssl.SSLError):
            async with client:
                await client.send(b"220 ready\r\n")
                await self.answer(BufferedByteStream(client), "STARTTLS")

    async def answer(self, client: BufferedByteStream, offer: str) -> None:
        """Answer command by command (RFC 5321)."""
        command = ""
        while command != "QUIT":
            line = (await client.receive_until(b"\r\n", 1000)).decode()
            command, _, argument = line.partition(" ")
            answer = "250 ok"
            if command == "EHLO" and self.tls:
                answer = f"250-tests\r\n250 {offer}"
            elif command == "STARTTLS":
                answer = "220 go on"
            elif command == "AUTH":
                self.passwords.append(b64decode(argument.split()[1]).decode())
                answer = "235 welcome"
            elif command == "RCPT" and self.refuses:
                answer = "550 no such mailbox"
            elif command == "RCPT":
                self.recipients.append(argument.removeprefix("TO:").strip("<>"))
            elif command == "DATA":
                await client.send(b"354 go on\r\n")
                data = await client.receive_until(b"\r\n.\r\n", 100_000)
                self.mails.append(message_from_bytes(data, policy=policy.default))
            await client.send(f"{answer}\r\n".encode())
            if command == "STARTTLS":
                client, offer = await self.encrypt(client), "AUTH PLAIN"

    async def encrypt(self, client: BufferedByteStream) -> BufferedByteStream:
        """Go on with TLS."""
        stream = await TLSStream.wrap(
            client, server_side=True, ssl_context=self.tls, standard_compatible=False
        )
        return BufferedByteStream(stream)

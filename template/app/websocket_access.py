"""Access of open WebSocket connections: it ends with the access token and with the session."""

import asyncio
from time import monotonic
from typing import cast

from fastapi.requests import HTTPConnection
from fastapi.security.utils import get_authorization_scheme_param
from starlette.types import Message, Receive, Send

from app.core.tokens import TokenPayload, decode_access_token
from app.crud.auth_session import get_user_by_session
from app.dependencies import AppState
from app.exceptions import InvalidAuthToken

BEARER = "bearer"  # the subprotocol before an access token
CHECK_SECONDS = 30  # the longest time that a connection outlives its access token or session


class CheckedConnection:
    """Receives and sends the messages of a connection as long as its access token is valid.

    A connection without a valid access token, to an endpoint for everybody, is not checked.
    """

    def __init__(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        self._state = cast("AppState", connection.state.app_state)
        self._token = get_authorization_scheme_param(connection.headers.get("Authorization"))[1]
        self._receive = receive
        self._send = send
        self._checked_at = monotonic()
        self._is_checked = self._get_payload() is not None

    def _get_payload(self) -> TokenPayload | None:
        try:
            return decode_access_token(self._state.settings, self._token)
        except InvalidAuthToken:
            return None

    async def receive(self) -> Message:
        """Return the next message; check the access while waiting for it.

        Raises:
            InvalidAuthToken: If the access token has expired or the session has ended.
        """
        receiving = asyncio.ensure_future(self._receive())
        try:
            while not receiving.done():
                await asyncio.wait([receiving], timeout=CHECK_SECONDS)
                await self._check()
            return receiving.result()
        finally:
            receiving.cancel()

    async def send(self, message: Message) -> None:
        """Send a message; check the access before.

        Raises:
            InvalidAuthToken: If the access token has expired or the session has ended.
        """
        if message["type"] == "websocket.send":
            await self._check()
        await self._send(message)

    async def _check(self) -> None:
        if not self._is_checked or monotonic() < self._checked_at + CHECK_SECONDS:
            return
        self._checked_at = monotonic()
        payload = self._get_payload()
        async with self._state.sessionmaker() as db:
            if payload is None or await get_user_by_session(db, payload) is None:
                raise InvalidAuthToken

"""A provider of our own: OpenID Connect, and what GitHub has instead."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from time import time
from urllib.parse import urlencode

import jwt
from httpx2 import URL
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PUBLISHED, UNPUBLISHED = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
CLIENT_ID, CLIENT_SECRET = "our-app", "our-secret"
ISSUER, DISCOVERY = "https://id.example.com", "/.well-known/openid-configuration"
ADA = {"sub": "248289761001", "email": "Ada@example.com", "email_verified": True, "name": "Ada"}

DOCUMENTS: dict[str, object] = {
    DISCOVERY: {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "userinfo_endpoint": f"{ISSUER}/user",
        "jwks_uri": f"{ISSUER}/keys",
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    },
    "/keys": {"keys": [PUBLISHED.as_dict(private=False)]},
}


@dataclass
class Provider:
    """Takes only what is as it should be, and misbehaves on demand."""

    claims: dict[str, object] = field(default_factory=ADA.copy)
    key: RSAKey = field(default_factory=lambda: PUBLISHED)
    algorithm: str = "RS256"
    answers: dict[str, Response] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    flow: dict[str, str] = field(default_factory=dict)

    def consent(self, location: str) -> str:
        """Return where the browser goes after the user has agreed."""
        self.flow = flow = dict(URL(location).params)
        assert flow["client_id"] == CLIENT_ID
        assert flow["response_type"] == "code"
        assert flow["code_challenge_method"] == "S256"
        return f"{flow['redirect_uri']}?{urlencode({'code': 'one', 'state': flow['state']})}"

    async def handle(self, request: Request) -> Response:
        """Answer the application."""
        path = request.url.path
        if path in self.answers:
            return self.answers[path]
        if path in {"/token", "/login/oauth/access_token"}:
            return JSONResponse(await self.make_tokens(request))
        return JSONResponse(DOCUMENTS[path])

    async def make_tokens(self, request: Request) -> dict[str, str]:
        """Return the tokens for a code, once."""
        flow, self.flow = self.flow, {}
        if not flow:
            return {"error": "invalid_grant"}
        form = await request.form()
        challenge = urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest())
        basic = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {basic}"
        assert form["redirect_uri"] == flow["redirect_uri"]
        assert challenge.rstrip(b"=").decode() == flow["code_challenge"]
        claims = {"iss": ISSUER, "aud": CLIENT_ID, "iat": int(time()), "exp": int(time()) + 300}
        claims |= {"nonce": flow.get("nonce")} | self.claims
        key = "" if self.algorithm == "none" else self.key.as_pem(private=True)
        id_token = jwt.encode(claims, key, self.algorithm, headers={"kid": "one"})
        return {"access_token": "at", "token_type": "Bearer", "id_token": id_token}


def make_app(provider: Provider) -> Starlette:
    """Return the provider as an application."""
    return Starlette(routes=[Route("/{path:path}", provider.handle, methods=["GET", "POST"])])

"""A provider of our own: OpenID Connect, and what GitHub has instead."""

import json
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

PUBLISHED, UNPUBLISHED = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
CLIENT_ID, CLIENT_SECRET = "our-app", "our-secret"
BASIC = f"Basic {b64encode(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode()).decode()}"
ADA = {"sub": "248289761001", "email": "Ada@example.com", "email_verified": True, "name": "Ada"}


@dataclass
class Provider:
    """A provider that refuses what is not as it should be, and misbehaves on demand."""

    url: str = ""
    claims: dict[str, object] = field(default_factory=ADA.copy)
    key: RSAKey = field(default_factory=lambda: PUBLISHED)
    algorithm: str = "RS256"
    answers: dict[str, Response] = field(default_factory=dict)
    flows: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser goes after the user has agreed."""
        assert query["client_id"] == CLIENT_ID
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = token_urlsafe()
        self.flows[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def make_tokens(self, authorization: str | None, form: dict[str, str]) -> dict[str, object]:
        """Return the tokens for a code."""
        flow = self.flows.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest())
        if (
            flow is None
            or (authorization != BASIC and form.get("client_secret") != CLIENT_SECRET)
            or form["redirect_uri"] != flow["redirect_uri"]
            or challenge.rstrip(b"=").decode() != flow["code_challenge"]
        ):
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {"nonce": flow.get("nonce")} | self.claims
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm == "none":
            head, body = (urlsafe_b64encode(json.dumps(part).encode()) for part in (header, claims))
            id_token = f"{head.decode().rstrip('=')}.{body.decode().rstrip('=')}."
        else:
            id_token = jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        return {"access_token": "at", "token_type": "Bearer", "id_token": id_token}

    def answer(self, path: str) -> object:
        """Return the documents that anybody may read."""
        documents: dict[str, object] = {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/user",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            },
            "/keys": {"keys": [PUBLISHED.as_dict(private=False)]},
        }
        return documents[path]


def make_app(provider: Provider) -> FastAPI:
    """Return the application that speaks for the provider."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"], response_model=None)
    async def serve(request: Request) -> Response:
        path = request.url.path
        if path in provider.answers:
            return provider.answers[path]
        if path == "/authorize":
            return RedirectResponse(provider.authorize(dict(request.query_params)))
        if path == "/token":
            form = {name: str(value) for name, value in (await request.form()).items()}
            authorization = request.headers.get("Authorization")
            return JSONResponse(provider.make_tokens(authorization, form))
        return JSONResponse(provider.answer(path))

    return app

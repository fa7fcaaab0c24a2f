"""A provider of our own, for a process of its own: OpenID Connect, and what GitHub has instead."""

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from socket import socket
from time import time
from typing import Any
from urllib.parse import urlencode

import jwt
import uvicorn
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "our-app", "our-secret"
ISSUER, DISCOVERY = "https://id.example.com", "/.well-known/openid-configuration"
ADA = {"sub": "248289761001", "email": "Ada@example.com", "email_verified": True, "name": "Ada"}
WISHES = "Wishes"
"""A header that says how a test wants the provider to answer."""

DOCUMENTS: dict[str, Any] = {
    DISCOVERY: {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "userinfo_endpoint": f"{ISSUER}/user",
        "jwks_uri": f"{ISSUER}/keys",
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    },
}
keys: dict[str, RSAKey] = {}
flows: dict[str, dict[str, str]] = {}


async def authorize(request: Request) -> Response:
    """Send the browser back, after the user has agreed."""
    flow = flows["one"] = dict(request.query_params)
    assert flow["client_id"] == CLIENT_ID
    assert flow["response_type"] == "code"
    assert flow["code_challenge_method"] == "S256"
    query = urlencode({"code": "one", "state": flow["state"]})
    return RedirectResponse(f"{flow['redirect_uri']}?{query}")


async def answer(request: Request) -> Response:
    """Answer the application."""
    path, wishes = request.url.path, json.loads(request.headers[WISHES])
    if path in wishes["answers"]:
        status, content = wishes["answers"][path]
        return Response(content, status, media_type="application/json")
    if path in {"/token", "/login/oauth/access_token"}:
        return JSONResponse(await make_tokens(request, **wishes))
    return JSONResponse(DOCUMENTS[path])


async def make_tokens(
    request: Request, claims: dict[str, object], key: str, algorithm: str, **_: object
) -> dict[str, str]:
    """Return the tokens for a code, once."""
    form = await request.form()
    flow = flows.pop(str(form["code"]), None)
    if flow is None:
        return {"error": "invalid_grant"}
    challenge = urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest())
    basic = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert request.headers["Authorization"] == f"Basic {basic}"
    assert form["redirect_uri"] == flow["redirect_uri"]
    assert challenge.rstrip(b"=").decode() == flow["code_challenge"]
    usual = {"iss": ISSUER, "aud": CLIENT_ID, "iat": int(time()), "exp": int(time()) + 300}
    signed_with = "" if algorithm == "none" else keys[key].as_pem(private=True)
    content = usual | {"nonce": flow.get("nonce")} | claims
    id_token = jwt.encode(content, signed_with, algorithm, headers={"kid": "one"})
    return {"access_token": "at", "token_type": "Bearer", "id_token": id_token}


def serve(listener: socket) -> None:
    """Answer whoever connects, with new keys."""
    for name in ("published", "unpublished"):
        keys[name] = RSAKey.generate_key(2048, {"kid": "one"})
    DOCUMENTS["/keys"] = {"keys": [keys["published"].as_dict(private=False)]}
    consent = [Route(path, authorize) for path in ("/authorize", "/login/oauth/authorize")]
    app = Starlette(routes=[*consent, Route("/{path:path}", answer, methods=["GET", "POST"])])
    uvicorn.Server(uvicorn.Config(app, log_config=None)).run([listener])

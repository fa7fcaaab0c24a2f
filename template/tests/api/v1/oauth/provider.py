"""A login provider for tests, run in its own process: OpenID Connect, and GitHub's API."""

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from socket import socket
from time import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "our-app", "our-secret"
ISSUER, DISCOVERY = "https://id.example.com", "/.well-known/openid-configuration"
CLAIMS = {"sub": "248289761001", "email": "Ada@example.com", "email_verified": True, "name": "Ada"}
BEHAVIOR_HEADER = "X-Behavior"
"""The header in which a test says how the provider responds."""

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
keys: dict[str, RSAKey | OctKey] = {}
authorizations: dict[str, dict[str, str]] = {}


async def authorize(request: Request) -> Response:
    """Redirect back with a code, as after the user's consent."""
    query = authorizations["code"] = dict(request.query_params)
    assert query["client_id"] == CLIENT_ID
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    parameters = urlencode({"code": "code", "state": query["state"]})
    return RedirectResponse(f"{query['redirect_uri']}?{parameters}")


async def respond(request: Request) -> Response:
    """Respond to a request of the application."""
    path, behavior = request.url.path, json.loads(request.headers[BEHAVIOR_HEADER])
    if path in behavior["responses"]:
        status, content = behavior["responses"][path]
        return Response(content, status, media_type="application/json")
    if path in {"/token", "/login/oauth/access_token"}:
        return JSONResponse(await create_tokens(request, **behavior))
    return JSONResponse(DOCUMENTS[path])


async def create_tokens(
    request: Request, claims: dict[str, object], key: str, algorithm: str, **_: object
) -> dict[str, str]:
    """Return the tokens for a code that was not used before."""
    form = await request.form()
    query = authorizations.pop(str(form["code"]), None)
    if query is None:
        return {"error": "invalid_grant"}
    challenge = urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest())
    basic = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert request.headers["Authorization"] == f"Basic {basic}"
    assert form["redirect_uri"] == query["redirect_uri"]
    assert challenge.rstrip(b"=").decode() == query["code_challenge"]
    defaults = {"iss": ISSUER, "aud": CLIENT_ID, "iat": int(time()), "exp": int(time()) + 300}
    id_token = jwt.encode(
        {"alg": algorithm, "kid": "one"},
        defaults | {"nonce": query.get("nonce")} | claims,
        keys[key],
        algorithms=[algorithm],
    )
    return {"access_token": "at", "token_type": "Bearer", "id_token": id_token}


def serve(listener: socket) -> None:
    """Run the provider with new keys."""
    for name in ("published", "unpublished"):
        keys[name] = RSAKey.generate_key(2048, {"kid": "one"})
    DOCUMENTS["/keys"] = {"keys": [keys["published"].as_dict(private=False)]}
    routes = [Route(path, authorize) for path in ("/authorize", "/login/oauth/authorize")]
    app = Starlette(routes=[*routes, Route("/{path:path}", respond, methods=["GET", "POST"])])
    uvicorn.Server(uvicorn.Config(app, log_config=None)).run([listener])

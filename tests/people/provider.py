"""A provider of single sign-on that lies: a process of its own, told beforehand what its next token says.

Run as `python -m tests.people.provider`; it prints its port. POST /next says what comes next: `claims` that are
changed or left out (null), `alg`, `key` (own or strange), `userinfo`, `issuer`, `token` (false: none at all).
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

OWN, STRANGE = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
KEYS = {"own": OWN, "strange": STRANGE}
NEXT: dict[str, Any] = {}
NONCES: dict[str, str] = {}
ASKED: list[dict[str, str]] = []


class Liar(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Discovery, keys, the page to sign in (which asks nothing) and what is known of a person."""
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        here = f"http://127.0.0.1:{self.server.server_port}"
        if parts.path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": NEXT.get("issuer", here),
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/userinfo",
                    "jwks_uri": f"{here}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif parts.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OWN.public_key()))
            self.say({"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        elif parts.path == "/authorize":
            ASKED.append(asked)
            NONCES["code"] = asked.get("nonce", "")
            back = urlencode({"code": "code", "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif parts.path == "/asked":
            self.say(ASKED)
        else:
            self.say(NEXT.get("userinfo", {}))

    def do_POST(self) -> None:
        """What comes next, or the token that was asked for."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/next":
            NEXT.clear()
            NEXT.update(json.loads(body))
            self.say({})
            return
        answer: dict[str, object] = {"access_token": "opaque", "token_type": "Bearer"}
        if NEXT.get("token", True):
            answer["id_token"] = self.token()
        self.say(answer)

    def token(self) -> str:
        """An identity token as it was ordered."""
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": f"http://127.0.0.1:{self.server.server_port}",
            "aud": "our-client",
            "sub": "person-1",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": NONCES.get("code", ""),
        }
        claims |= NEXT.get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        alg = NEXT.get("alg", "RS256")
        if alg == "none":
            return jwt.encode(claims, None, algorithm="none")
        if alg == "unsigned":
            return jwt.encode(claims, OWN, algorithm="RS256").rpartition(".")[0] + "."
        if alg == "HS256":
            return jwt.encode(claims, "our-secret" * 4, algorithm="HS256", headers={"kid": "one"})
        key = KEYS[NEXT.get("key", "own")]
        return jwt.encode(claims, key, algorithm=alg, headers={"kid": "one"})

    def say(self, what: object) -> None:
        """Answer with JSON."""
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()

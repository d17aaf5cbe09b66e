"""Clients of a served Odoo: the external API, and the session of a web client."""

from __future__ import annotations

import itertools
import json
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

TIMEOUT = 120


class OdooError(Exception):
    """The server answered with an error; ``name`` is the exception's class there."""

    def __init__(self, error: dict[str, Any]) -> None:
        data = error.get("data") or {}
        self.name = data.get("name", "")
        self.debug = data.get("debug", "")
        super().__init__(data.get("message") or error.get("message") or str(error))


class _JsonRpc:
    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = itertools.count(1)
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def post(self, path: str, params: dict[str, Any]) -> Any:
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": next(self._numbers),
            "params": params,
        }
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            reply = json.load(answer)
        if "error" in reply:
            raise OdooError(reply["error"])
        return reply.get("result")


class RpcClient(_JsonRpc):
    """Logs in and calls models over /jsonrpc, as integrations do."""

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        super().__init__(url)
        self.database, self.password = database, password
        self.uid = self._service("common", "login", database, login, password)
        if not self.uid:
            raise PermissionError(f"{login} may not log in")

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._service(
            "object",
            "execute_kw",
            self.database,
            self.uid,
            self.password,
            model,
            method,
            list(args),
            kwargs,
        )

    def _service(self, service: str, method: str, *args: Any) -> Any:
        return self.post(
            "/jsonrpc", {"service": service, "method": method, "args": list(args)}
        )


class WebClient(_JsonRpc):
    """A web client's session: call_kw with the cookie that a login gave."""

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        super().__init__(url)
        self.session = self.post(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )
        self.uid = self.session["uid"]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        params = {
            "model": model,
            "method": method,
            "args": list(args),
            "kwargs": kwargs,
        }
        return self.post(f"/web/dataset/call_kw/{model}/{method}", params)

    def get(self, path: str) -> bytes:
        with self._opener.open(self.url + path, timeout=TIMEOUT) as answer:
            return answer.read()

"""The plugin's side of the signed API, for the tests of the contract."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from sidecar.wordpress import signatures
from tests.builders import WEBHOOK_SECRET, Clock


class Plugin:
    """Calls the API as WordPress does."""

    def __init__(self, app: Flask, clock: Clock, site_id: str = "jember") -> None:
        self._client = app.test_client()
        self._clock = clock
        self.prefix = f"/api/v1/sites/{site_id}"

    def call(self, name: str, body: dict[str, Any] | None = None, **sent: Any) -> TestResponse:
        path = f"{self.prefix}/{name}"
        return self.send(path, json.dumps({"to": path, **(body or {})}).encode(), **sent)

    def send(
        self,
        path: str,
        data: bytes,
        secret: str = WEBHOOK_SECRET,
        message_id: str = "",
        at: datetime | None = None,
        drop: str = "",
    ) -> TestResponse:
        message_id = message_id or signatures.new_message_id()
        headers = signatures.sign([secret], message_id, at or self._clock(), data)
        headers.pop(drop, None)
        return self._client.post(path, data=data, headers=headers, content_type="application/json")


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == answer.status_code and problem["detail"] and problem["type"] == "about:blank"
    return answer.status_code, problem["code"]

"""What the stand-ins remember: accounts, objects, faults, and the journal of effects. Kept in one folder."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FAULTS = (
    "accept-then-drop",  # the effect happens, the connection is cut
    "accept-then-500",  # the effect happens, the answer is a 500
    "drop",  # the connection is cut, nothing happened
    "500",  # a 500, nothing happened
    "429",
    "slow",  # answers (and acts) after `seconds`
    "stale-read",  # Instagram: a read says 100/33
    "expire-container",  # Instagram: the container named in the request has expired
)


@dataclass
class Fault:
    """Applies to the next `times` requests of `network` whose route is `route` ("" = any)."""

    network: str
    fault: str
    route: str = ""
    times: int = 1
    seconds: float = 0.0


class State:
    """Thread-safe by `lock`. `journal.jsonl` is only ever appended to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures = folder / "pictures"
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.faults: list[Fault] = []
        self._snapshot = folder / "state.json"
        self._journal = folder / "journal.jsonl"
        self.accounts: list[Json] = []
        self.objects: dict[str, Json] = {}
        if self._snapshot.exists():
            stored = json.loads(self._snapshot.read_text(encoding="utf-8"))
            self.accounts, self.objects = stored["accounts"], stored["objects"]

    # accounts

    def add_account(self, network: str, username: str, **values: Any) -> Json:
        """A new account; replaces one of the same name. Returns it with its token."""
        account = {
            "network": network,
            "username": username,
            "name": username,
            "id": str(secrets.randbelow(9 * 10**15) + 10**15),
            "token": secrets.token_urlsafe(30),
            "scopes": None,
            "expires_at": None,
            "revoked": False,
            "restricted": "",
            "quota_total": 50,
            "ready_after_s": 0.0,
            **values,
        }
        with self.lock:
            self.accounts = [a for a in self.accounts if (a["network"], a["username"]) != (network, username)]
            self.accounts.append(account)
            self.save()
        return account

    def change_account(self, network: str, username: str, values: Json) -> Json | None:
        with self.lock:
            for account in self.accounts:
                if (account["network"], account["username"]) == (network, username):
                    account.update(values)
                    self.save()
                    return account
        return None

    def account_of(self, network: str, token: str) -> Json | None:
        return next((a for a in self.accounts if a["network"] == network and token and a["token"] == token), None)

    def account(self, network: str, username: str) -> Json | None:
        return next((a for a in self.accounts if a["network"] == network and a["username"] == username), None)

    # objects

    def add(self, network: str, kind: str, account: Json, **values: Any) -> Json:
        with self.lock:
            number = str(17_900_000_000_000_000 + len(self.objects) * 7919 + secrets.randbelow(7919))
            values = {"network": network, "kind": kind, "owner": account["id"], "created_at": time.time(), **values}
            self.objects[number] = {"id": number, **values}
            self.save()
            return self.objects[number]

    def find(self, network: str, kind: str, object_id: str) -> Json | None:
        found = self.objects.get(object_id)
        return found if found and (found["network"], found["kind"]) == (network, kind) else None

    def all(self, network: str, kind: str, owner: str = "") -> list[Json]:
        """Newest first."""
        rows = [o for o in self.objects.values() if (o["network"], o["kind"]) == (network, kind)]
        return sorted((o for o in rows if owner in ("", o["owner"])), key=lambda o: -o["created_at"])

    def save(self) -> None:
        with self.lock:
            new = self._snapshot.with_suffix(".new")
            new.write_text(json.dumps({"accounts": self.accounts, "objects": self.objects}), encoding="utf-8")
            new.replace(self._snapshot)

    # journal and faults

    def record(self, network: str, effect: str, account: str, **values: Any) -> None:
        line = {"at": time.time(), "network": network, "effect": effect, "account": account, **values}
        with self.lock, self._journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def journal(self) -> list[Json]:
        if not self._journal.exists():
            return []
        return [json.loads(line) for line in self._journal.read_text(encoding="utf-8").splitlines()]

    def take_fault(self, network: str, route: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.network == network and fault.route in ("", route) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

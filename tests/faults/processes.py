"""Real processes for fault tests: a private Redis, relays and workers that may be killed at any moment."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.builders import ROOT, SECRET_KEY

# Leases of everyday are minutes; these let a test of one minute see them run out many times.
RELAY = ("workers.relay", "--poll-s", "0.1", "--sweep-s", "0.5", "--queued-lease-s", "3", "--leader-lease-s", "3")
LEASE_S = "8"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], what: str, deadline_s: float = 20) -> None:
    deadline = time.monotonic() + deadline_s
    while not ready():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(0.05)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The URL of a Redis of this test's own."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    arguments = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "no"]
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen(["redis-server", *arguments], stdout=log, stderr=log)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        wait_until(lambda: answers(url), "Redis")
        yield url
    finally:
        process.kill()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        return bool(Redis.from_url(url).ping())
    except RedisError:
        return False


@dataclass
class Processes:
    """Relays and workers by name; `kill` is a power cut, and `start` brings the name up again."""

    environment: dict[str, str]
    folder: Path
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: int = 0

    def start(self, name: str, command: tuple[str, ...] | None = None) -> None:
        command = self.commands.setdefault(name, command or ())
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """SIGKILL to the process and to the children that it forked."""
        process = self.running[name]
        for pid in [*children(process.pid), process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait(10)
        self.kills += 1

    def kill_and_restart(self, pid: int) -> None:
        """A power cut for the process `pid`, if it is one of ours, and a new one in its place."""
        for name, process in list(self.running.items()):
            if process.pid == pid or pid in children(process.pid):
                self.kill(name)
                self.start(name)
                return

    def stop(self) -> dict[str, int]:
        """SIGTERM to all; name -> exit status. Whoever does not end in time is killed, and its status says so."""
        for process in self.running.values():
            process.terminate()
        statuses = {}
        for name, process in self.running.items():
            try:
                statuses[name] = process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill(name)
                statuses[name] = -signal.SIGKILL
        return statuses

    def logs(self) -> str:
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-4000:]}" for path in sorted(self.folder.glob("*.log"))
        )


def caller(environ: Mapping[str, Any]) -> int:
    """Process id of whoever sent this request over the loopback, 0 when it is gone: from the kernel's tables."""
    port = f"{int(environ['REMOTE_PORT']):04X}"
    inodes = {
        columns[9]
        for columns in (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        if columns[1].endswith(f":{port}")
    }
    wanted = {f"socket:[{inode}]" for inode in inodes - {"0"}}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if any(str(link.readlink()) in wanted for link in (entry / "fd").iterdir()):
                    return int(entry.name)
            except OSError:
                continue
    return 0


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def environment(database_url: str, redis_url: str, folder: Path, **other: str) -> dict[str, str]:
    return {
        **os.environ,
        "TAYANG_DATABASE_URL": database_url,
        "TAYANG_REDIS_URL": redis_url,
        "TAYANG_SECRET_KEYS": SECRET_KEY,
        "TAYANG_PUBLIC_URL": "http://127.0.0.1:9",
        "TAYANG_MEDIA_DIR": str(folder / "media"),
        **other,
    }

"""A private instance of scripts/up; its single processes taken away and brought back, by the pids that it wrote."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.testbed.office import Office

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("worker-mail", "worker-wordpress", "worker-media", "worker-channels")


@contextmanager
def private(suite: str) -> Iterator[Office]:
    """An instance of its own with WordPress of `suite` (trixie: 6.8, forky: 7.1), on free ports; gone afterwards."""
    subprocess.run([ROOT / "scripts" / "setup"], check=True, env={**os.environ, "WP_SUITES": suite}, stdout=sys.stderr)
    run = Path(tempfile.mkdtemp(prefix="tayang-bench.", dir="/tmp"))
    run.chmod(0o755)
    found = subprocess.run(
        ["bash", "-c", ". scripts/lib.sh; free_ports; echo $PORT_BASE"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    os.environ.update(RUN=str(run), PORT_BASE=found.stdout.strip(), WP_SUITE=suite)
    try:
        subprocess.run([ROOT / "scripts" / "up", "all"], check=True, stdout=subprocess.DEVNULL)
        yield Office(run)
    finally:
        subprocess.run([ROOT / "scripts" / "down", "--clean"], check=False)
        shutil.rmtree(run, ignore_errors=True)


def kill(office: Office, name: str) -> None:
    """SIGKILL for a process and all its children, as a power cut would."""
    for pid in _tree(_pid(office, name)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def stop(office: Office, name: str) -> None:
    """SIGTERM, and wait."""
    pid = _pid(office, name)
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 20
    while _running(pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} did not end within 20 s of SIGTERM")
        time.sleep(0.05)


def bring_back(office: Office) -> None:
    """scripts/up again: starts what is missing."""
    env = {**os.environ, "RUN": str(office.run), "PORT_BASE": office.addresses["port_base"]}
    subprocess.run([ROOT / "scripts" / "up", "all"], check=True, env=env, stdout=subprocess.DEVNULL)


def _pid(office: Office, name: str) -> int:
    return int((office.run / "pids" / f"{name}.pid").read_text())


def _tree(pid: int) -> list[int]:
    """The process first, so that it cannot start another child meanwhile."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [pid, *(child for line in found.stdout.split() for child in _tree(int(line)))]


def _running(pid: int) -> bool:
    """A zombie that waits for init to reap it does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

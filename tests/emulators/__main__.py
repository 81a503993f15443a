"""Starts the stand-ins on 127.0.0.1. Prints one line of JSON when they listen; ends on SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import signal
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.emulators.app import NETWORKS, create_app
from tests.emulators.feed import Pds


class Quiet(WSGIRequestHandler):
    """A journal is kept; a line for every request is too much."""

    def log_request(self, *_: Any) -> None:
        return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.emulators", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0: a free one, printed")
    parser.add_argument("--dir", type=Path, required=True, help="accounts, pictures, journal.jsonl")
    parser.add_argument("--public-url", default="", help="as browsers see it; default http://127.0.0.1:PORT")
    parser.add_argument("--account", action="append", default=[], metavar="NETWORK:USERNAME:TOKEN[:NAME]",
                        help="make this account if it is not there")  # fmt: skip
    parser.add_argument("--pds", default="", help="address of a real Bluesky server whose posts the feed shows too")
    parser.add_argument("--handle", action="append", default=[], help="only these accounts of it")
    parser.add_argument("--zone", default="Asia/Jakarta")
    arguments = parser.parse_args()
    arguments.dir.mkdir(parents=True, exist_ok=True)
    server = make_server("127.0.0.1", arguments.port, lambda *_: [], threaded=True, request_handler=Quiet)
    public_url = arguments.public_url.rstrip("/") or f"http://127.0.0.1:{server.port}"
    pds = Pds(arguments.pds.rstrip("/"), arguments.handle)
    app = create_app(arguments.dir, public_url, pds=pds, zone=arguments.zone)
    for text in arguments.account:
        network, username, token, *name = text.split(":", 3)
        if network not in NETWORKS:
            parser.error(f"unknown network {network}")
        if app.extensions["emulators"].account(network, username) is None:
            app.extensions["emulators"].add_account(network, username, token=token, name=(name or [username])[0])
    server.app = app
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(json.dumps({"url": f"http://127.0.0.1:{server.port}", "pid": os.getpid()}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()

"""A mailbox for WordPress's "post by e-mail": the few POP3 commands that its client uses."""

from __future__ import annotations

import socketserver
import threading


class Mailbox:
    """Serves `mails` once, on a free loopback port, while the context lasts."""

    def __init__(self, mails: list[str]) -> None:
        self.mails = mails
        box = self

        class Session(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self) -> None:
                self._say("+OK ready")
                for line in self.rfile:
                    command, _, argument = line.decode().strip().partition(" ")
                    if command.upper() == "QUIT":
                        self._say("+OK")
                        return
                    self._answer(command.upper(), argument)

            def _answer(self, command: str, argument: str) -> None:
                if command == "STAT":
                    self._say(f"+OK {len(box.mails)} {sum(map(len, box.mails))}")
                elif command == "RETR":
                    self._say("+OK")
                    for line in box.mails[int(argument) - 1].split("\n"):
                        self._say("." + line if line.startswith(".") else line)
                    self._say(".")
                else:  # USER, PASS, DELE, RSET, NOOP
                    self._say("+OK")

            def _say(self, line: str) -> None:
                self.wfile.write(line.encode() + b"\r\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Mailbox:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

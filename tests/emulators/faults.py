"""Puts the ordered faults in front of and behind the routes of one network."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from flask import Blueprint, Response, g, jsonify, request

from tests.emulators.state import State


def install(blueprint: Blueprint, state: State, too_many: Callable[[], Response]) -> None:
    """`too_many`: the network's own 429."""
    network = blueprint.name

    @blueprint.before_request
    def before() -> Response | None:
        route = (request.endpoint or "").rpartition(".")[2]
        fault = state.take_fault(network, route)
        g.fault = fault.fault if fault else ""
        if fault is None:
            return None
        if fault.fault == "429":
            return too_many()
        if fault.fault == "500":
            return _broken()
        if fault.fault == "drop":
            _cut()
            return _broken()
        if fault.fault == "slow":
            time.sleep(fault.seconds)
        return None

    @blueprint.after_request
    def after(response: Response) -> Response:
        if g.fault == "accept-then-drop":
            _cut()
        if g.fault == "accept-then-500":
            return _broken()
        return response


def _cut() -> None:
    """Closes the connection under the server, so that the client sees it go away without an answer."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


def _broken() -> Response:
    response = jsonify({"error": "Internal Server Error"})
    response.status_code = 500
    return response

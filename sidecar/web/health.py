"""Is the process alive, can it work. For load balancers and `tayang doctor`."""

from __future__ import annotations

import redis
from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from sidecar.context import Context
from sidecar.store.errors import StoreError

blueprint = Blueprint("health", __name__)
REDIS_TIMEOUT_S = 1.0


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """200 when the database answers. Redis is reported and nothing more: without it work waits in the outbox."""
    ctx: Context = current_app.extensions["tayang"]
    checks = {"database": _database(ctx), "redis": _redis(ctx)}
    return jsonify(status="ok" if checks["database"] == "ok" else "down", **checks), (
        200 if checks["database"] == "ok" else 503
    )


def _database(ctx: Context) -> str:
    try:
        with ctx.uow(read_only=True) as uow:
            uow.session.execute(text("SELECT count(*) FROM leases"))
    except (SQLAlchemyError, StoreError) as error:
        return type(error).__name__
    return "ok"


def _redis(ctx: Context) -> str:
    client = redis.Redis.from_url(
        ctx.settings.redis_url, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S
    )
    try:
        client.ping()
    except redis.RedisError as error:
        return type(error).__name__
    finally:
        client.close()
    return "ok"

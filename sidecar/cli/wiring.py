"""What the commands share: a context, and errors as one sentence instead of a trace."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.keys import KeysError
from sidecar.services.errors import ServiceError
from sidecar.settings import SettingsError
from sidecar.store.errors import StoreError

P = ParamSpec("P")
R = TypeVar("R")


def context() -> Context:
    """The context of this command. Stops with a sentence when the settings cannot be used."""
    try:
        return bootstrap()
    except SettingsError as error:
        raise click.ClickException(f"the settings cannot be used:\n{error}") from error


def readable(command: Callable[P, R]) -> Callable[P, R]:
    """Refusals of the services end the command with their code and what they are about, exit status 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (ServiceError, StoreError) as error:
            about = ", ".join(f"{key}: {value}" for key, value in error.params.items())
            raise click.ClickException(f"{error.code} ({about})" if about else error.code) from error
        except KeysError as error:
            raise click.ClickException(str(error)) from error
        except DBAPIError as error:
            hint = "is it there, and was `tayang db upgrade` run?"
            raise click.ClickException(f"the database cannot be used: {error.orig}; {hint}") from error

    return run

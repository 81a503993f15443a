"""Names for the keys and ids that errors carry, looked up only when a sentence needs one."""

from __future__ import annotations

from functools import cached_property

from sidecar.context import Context


class OfficeNames:
    """Of one office in one language: roles from the SOP now in force, people as WordPress told."""

    def __init__(self, ctx: Context, site_id: str, language: str) -> None:
        self._ctx = ctx
        self._site_id = site_id
        self._language = language

    def role(self, key: str) -> str:
        return self._roles.get(key, key)

    def person(self, person: int) -> str:
        return self._people.get(person) or f"#{person}"

    @cached_property
    def _roles(self) -> dict[str, str]:
        with self._ctx.uow(read_only=True) as uow:
            row = uow.sops.current(self._site_id)
            roles = row.document["roles"] if row else []
        return {role["key"]: _in_language(role["name"], self._language) for role in roles}

    @cached_property
    def _people(self) -> dict[int, str]:
        with self._ctx.uow(read_only=True) as uow:
            return {person.person: person.name for person in uow.people.of_site(self._site_id).values()}


def _in_language(name: str | dict[str, str], language: str) -> str:
    if isinstance(name, str):
        return name
    return name.get(language) or name["id"]

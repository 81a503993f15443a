"""Which class speaks to which network. Adding a network: see README.md beside this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.channels.base import N_, Account, Channel, ChannelError, Limits, Outcome
from workers.channels.bluesky import Bluesky
from workers.channels.instagram import Instagram
from workers.channels.limits import limits_of
from workers.channels.mastodon import Mastodon

if TYPE_CHECKING:
    from sidecar.services.channels import Channel as StoredChannel

CHANNELS: dict[str, type[Bluesky] | type[Instagram] | type[Mastodon]] = {
    network.kind: network for network in (Bluesky, Instagram, Mastodon)
}


def kinds() -> list[str]:
    return sorted(CHANNELS)


def account_of(stored: StoredChannel) -> Account:
    """The account as the networks' files need it. An empty base URL means the network's own address."""
    return Account(
        key=stored.key,
        kind=stored.kind,
        base_url=stored.base_url or default_base_url(stored.kind),
        handle=stored.account,
        credentials={name: str(value) for name, value in stored.credentials.items()},
        api_version=str(stored.settings.get("api_version", "")),
        public_url=stored.public_url,
    )


def open_channel(account: Account) -> Channel:
    """The channel of an account. Raises ChannelError `unknown_kind`. Makes no network call."""
    return _network(account.kind)(account, limits_of(account.kind))


def limits(kind: str) -> Limits:
    """Raises ChannelError `unknown_kind`."""
    _network(kind)
    return limits_of(kind)


def credential_names(kind: str) -> tuple[str, ...]:
    """What an account of this kind must have been given. Raises ChannelError `unknown_kind`."""
    return _network(kind).credential_names


def default_base_url(kind: str) -> str:
    """Where the network itself answers; empty when each account lives on a server of its own."""
    return _network(kind).default_base_url


def _network(kind: str) -> type[Bluesky] | type[Instagram] | type[Mastodon]:
    if kind not in CHANNELS:
        raise ChannelError(
            "unknown_kind", Outcome.PERSON, N_("This kind of channel is not known here."), detail=f"kind {kind!r}"
        )
    return CHANNELS[kind]

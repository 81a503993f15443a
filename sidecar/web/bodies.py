"""Bodies of the signed calls, as docs/architecture.md has them. Unknown fields are refused, so that a spelling mistake
in the plugin shows at once; the OpenAPI document is made from these classes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    TypeAdapter,
    model_validator,
)

MAX_TITLE, MAX_NOTE, MAX_KEY = 1_000, 10_000, 200
MAX_PEOPLE = 5_000

PersonId = Annotated[int, Field(ge=1, le=2**63 - 1, strict=True)]
PostId = Annotated[int, Field(ge=1, le=2**63 - 1, strict=True)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, Field(max_length=MAX_TITLE)]
Note = Annotated[str, Field(max_length=MAX_NOTE)]
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY)]
CaseId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


def _php_object(value: Any) -> Any:
    """PHP writes an empty map as `[]`."""
    return {} if value == [] else value


def _as_text(value: Any) -> Any:
    """A step's number may come as one."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Page = Annotated[int, Field(ge=1, le=100_000, strict=True)]
PerPage = Annotated[int, Field(ge=1, le=100, strict=True)]
# `own`: only cases in which the actor may act or has a part.
Scope = Literal["all", "own"]
Strings = Annotated[dict[str, str], BeforeValidator(_php_object)]


class Body(BaseModel):
    """What every call carries: `to`, the path it is meant for (the signature covers the body only)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    to: str
    language: Literal["id", "en"] = "id"


class Pair(BaseModel):
    """WordPress brings the secret of a pairing code; the one call that is not signed, since there is no secret yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    token: Annotated[str, Field(max_length=200)]
    site_id: Annotated[str, Field(max_length=200)]
    wordpress_url: Annotated[str, Field(min_length=1, max_length=500)]
    robot_login: Annotated[str, Field(min_length=1, max_length=100)]
    robot_password: Annotated[str, Field(min_length=1, max_length=200)]
    plugin_version: Annotated[str, Field(max_length=40)] = ""
    protocol: Literal[1] = 1
    language: Literal["id", "en"] = "id"


class Sop(Body):
    pass


class Delegation(BaseModel):
    """Who acts for the person, and when; `ends_at` is not included."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    to_person: PersonId
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    kind: Literal["plh", "plt"] = "plh"


class Person(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    id: PersonId
    login: Annotated[str, Field(min_length=1, max_length=100)]
    # WordPress allows 250 characters, the store keeps 200: no reason to refuse everybody else in the list.
    name: Annotated[str, AfterValidator(lambda name: name[:200])]
    email: Annotated[str, Field(max_length=320)]
    locale: Annotated[str, Field(max_length=20)] = ""
    roles: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=50)]
    division: Annotated[str, Field(max_length=200)] = ""
    delegations: Annotated[list[Delegation], Field(max_length=100)] = []


class People(Body):
    """`complete`: these are all; whoever is missing loses their roles."""

    people: Annotated[list[Person], Field(max_length=MAX_PEOPLE)]
    complete: bool = False


class Disposition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    number: Short = ""
    note: Note = ""
    activity: Short = ""
    activity_date: Annotated[str, Field(max_length=40)] = ""
    place: Short = ""
    division: Short = ""
    occasion: Annotated[str, Field(max_length=60)] = ""
    attachment_id: Annotated[int, Field(ge=0, strict=True)] = 0


class OpenCase(Body):
    procedure: Annotated[str, Field(min_length=1, max_length=40)]
    post_id: PostId
    title: Short
    actor: PersonId
    idempotency_key: Key
    disposition: Annotated[Disposition, BeforeValidator(_php_object)] = Disposition()


class Image(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    id: PostId
    sha256: Sha256
    mime: Annotated[str, Field(max_length=100)]
    alt: Short
    caption: Note
    focal: Annotated[list[Annotated[int, Field(ge=0, le=100, strict=True)]], Field(min_length=2, max_length=2)]


class ChannelCaption(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: Annotated[str, Field(min_length=1, max_length=40)]
    caption: Note


class Card(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    template: Annotated[str, Field(min_length=1, max_length=60)]
    fields: Strings
    photo: Annotated[int, Field(ge=0, strict=True)] | None = None


class Content(BaseModel):
    """What approvals bind to. Checked here, stored and digested exactly as it came. `website` off: for social media
    only; `photos`: the images that the channels get, in this order (absent: all)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    post_id: PostId
    post_type: Annotated[str, Field(max_length=40)]
    title: Short
    content: str
    excerpt: str
    slug: Short
    terms: list[tuple[str, list[str]]]
    featured_image: Annotated[int, Field(ge=0, strict=True)]
    images: Annotated[list[Image], Field(max_length=200)]
    channels: Annotated[list[ChannelCaption], Field(max_length=50)]
    card: Card | None
    website: StrictBool = True
    photos: Annotated[list[PostId], Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _photos_are_images(self) -> Content:
        known = {image.id for image in self.images}
        if self.photos and (set(self.photos) - known or len(set(self.photos)) < len(self.photos)):
            raise ValueError("photos names each of the images once at most, and nothing else")
        return self


class CommandBody(Body):
    actor: PersonId
    expected_revision: Annotated[int, Field(ge=1, strict=True)]
    idempotency_key: Key
    note: Note = ""


class Assign(CommandBody):
    command: Literal["assign"]
    assignee: PersonId | None = None


class HandOver(CommandBody):
    command: Literal["hand_over"]
    assignee: PersonId | None = None


class Submit(CommandBody):
    command: Literal["submit"]
    content: Content
    media_urls: Strings = {}
    rendered: str = ""


class Approve(CommandBody):
    command: Literal["approve"]
    content_sha256: Sha256


class Return(CommandBody):
    command: Literal["return"]


class PlanPublication(CommandBody):
    """`publish_at`: ISO 8601 with an offset; null: as soon as it is approved."""

    command: Literal["plan_publication"]
    publish_at: AwareDatetime | None


class Publish(CommandBody):
    command: Literal["publish"]


class Reassign(CommandBody):
    command: Literal["reassign"]
    role: Annotated[str, Field(min_length=1, max_length=40)]
    assignee: PersonId


class Cancel(CommandBody):
    command: Literal["cancel"]


class Delegate(CommandBody):
    command: Literal["delegate"]
    to_person: PersonId
    starts_at: AwareDatetime
    ends_at: AwareDatetime


Command = Annotated[
    Assign | HandOver | Submit | Approve | Return | PlanPublication | Publish | Reassign | Cancel | Delegate,
    Field(discriminator="command"),
]
COMMAND: TypeAdapter[Any] = TypeAdapter(Command)


class ViewCase(Body):
    """By `case_id` or by `post_id`."""

    case_id: CaseId | None = None
    post_id: PostId | None = None
    actor: PersonId
    scope: Scope = "all"


class Changes(Body):
    """Versions `from` and `until` of a case's content; by default the last two. (`to` is the address of the call.)"""

    actor: PersonId
    case_id: CaseId
    scope: Scope = "all"
    older: int | None = Field(default=None, alias="from", ge=0, strict=True)
    newer: int | None = Field(default=None, alias="until", ge=0, strict=True)


class ListCases(Body):
    actor: PersonId
    scope: Scope = "all"
    mine: bool = False
    state: Literal["", "open", "publishing", "published", "cancelled"] = "open"
    page: Page = 1
    per_page: PerPage = 20


class Board(Body):
    """`column`: only this one, by its step's number, `publishing` or `published`; without it: all."""

    actor: PersonId
    scope: Scope = "all"
    procedure: Annotated[str, Field(min_length=1, max_length=40)]
    role: Annotated[str, Field(max_length=40)] = ""
    person: PersonId | None = None
    division: Short = ""
    mine: bool = False
    late: bool = False
    search: Annotated[str, Field(max_length=200)] = ""
    column: Annotated[str, Field(pattern=r"^([1-9]\d{0,3}|publishing|published|)$"), BeforeValidator(_as_text)] = ""
    page: Page = 1
    per_page: PerPage = 20


class Tasks(Body):
    actor: PersonId
    scope: Scope = "all"
    page: Page = 1
    per_page: PerPage = 20


class Calendar(Body):
    """The office's days from `from` to `until`, both included, at most 62. (`to` is the address of the call.)"""

    actor: PersonId
    scope: Scope = "all"
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="until")]

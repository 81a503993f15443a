"""Reads an SOP file: YAML in, a checked `Sop` out, every fault with file, line and reason.

The form is the pydantic model below (its JSON Schema is published as config/sop/sop.schema.json);
the sense is checked by `sidecar.sop.procedure.problems`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from sidecar.sop import procedure as core


class _Loader(yaml.SafeLoader):
    """YAML 1.2 booleans only: in 1.1, the key `no` of an activity would read as False."""


_Loader.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class SopFileError(Exception):
    """An SOP file that cannot be used: `faults`, each with its line."""

    code = "bad_sop_file"

    def __init__(self, source: str, faults: list[Fault]) -> None:
        self.source = source
        self.faults = faults
        super().__init__("\n".join(f"{source}:{fault.line}: {fault.message} [{fault.code}]" for fault in faults))


@dataclass(frozen=True)
class Fault:
    """One thing wrong; `line` counts from 1 (0: not known, the document did not come from a file)."""

    line: int
    code: str
    message: str


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextForm(_Form):
    """Indonesian as in the SOP document, and English."""

    id: str
    en: str = ""


def _text(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


Text = Annotated[TextForm, BeforeValidator(_text, json_schema_input_type=TextForm | str)]
# A post status is at most 20 characters: "tyg_" + key + "_" + two digits.
ProcedureKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,11}$")]
RoleKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]


class IdentityForm(_Form):
    office: str
    unit: str
    place: str = ""
    made_on: str
    approved_on: str
    approved_by: str
    legal_basis: list[str] = []
    qualifications: list[str] = []
    related: list[str] = []
    equipment: list[str] = []
    warnings: list[str] = []
    records: list[str] = []
    readings: dict[str, Text] = {}


class NamedForm(_Form):
    key: RoleKey
    name: Text


class RoleForm(NamedForm):
    """`by_division`: of several holders the one in the disposition's division is named when a case is opened."""

    by_division: bool = False


class ActivityForm(_Form):
    no: Annotated[int, Field(ge=0, le=99)]
    name: Text
    role: str
    kind: Literal["assign", "work", "decide", "handover", "publish"]
    required_inputs: Text
    minutes: int
    output: Text
    remarks: Text = TextForm(id="")
    return_to: int | None = None
    final_approval: bool = False
    allow_self_approval: bool = False
    publishing: Literal["automatic", "button"] | None = None
    assisted_by: list[str] = []
    readings: dict[str, Text] = {}


class ProcedureForm(_Form):
    key: ProcedureKey
    name: Text
    post_type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,20}$")]
    website: bool = True
    openers: list[str] = []
    occasions: list[NamedForm] = []
    readings: dict[str, Text] = {}
    activities: list[ActivityForm]


class SopForm(_Form):
    """One SOP document (SOP Administrasi Pemerintahan, PermenPAN-RB 35/2012)."""

    form: Literal[1]
    number: str
    title: str
    clock: Literal["office", "always"] = "office"
    identity: IdentityForm
    roles: list[RoleForm]
    procedures: Annotated[list[ProcedureForm], Field(min_length=1)]


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of an SOP file, for editors and for other programs."""
    schema = SopForm.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def load_file(path: Path) -> core.Sop:
    """The checked SOP of a YAML file. Raises SopFileError with every fault found, OSError if it cannot be read."""
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(text: str, source: str = "<text>") -> core.Sop:
    """As `load_file`, for text that is already in memory."""
    try:
        tree = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader with fewer types)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise SopFileError(source, [Fault(line, "bad_yaml", str(error.problem))]) from error
    repeated = list(_repeated_keys(tree))
    if repeated:
        raise SopFileError(source, repeated)
    return _checked(data, source, tree)


def load_document(document: Mapping[str, Any]) -> core.Sop:
    """The SOP of a stored document (what `dump_document` gave). Raises SopFileError."""
    return _checked(dict(document), "<stored document>", None)


def dump_document(sop: core.Sop) -> dict[str, Any]:
    """The SOP as plain JSON values, in the form of the file."""
    return _to_form(sop).model_dump(mode="json", exclude_none=True)


def _checked(data: Any, source: str, tree: yaml.Node | None) -> core.Sop:
    try:
        form = SopForm.model_validate(data)
    except ValidationError as error:
        faults = [_fault(tree, tuple(e["loc"]), e["type"], e["msg"]) for e in error.errors()]
        raise SopFileError(source, faults) from error
    sop = _to_core(form)
    faults = [_fault(tree, problem.path, problem.code, problem.message) for problem in core.problems(sop)]
    if faults:
        raise SopFileError(source, faults)
    return sop


def _fault(tree: yaml.Node | None, path: tuple[str | int, ...], code: str, message: str) -> Fault:
    codes = {"extra_forbidden": "unknown_key", "missing": "missing_key"}
    where = ".".join(str(part) for part in path)
    return Fault(_line(tree, path), codes.get(code, code), f"{where}: {message}" if where else message)


def _line(node: yaml.Node | None, path: tuple[str | int, ...]) -> int:
    """Line of the node that `path` leads to, or of the deepest one on the way that is there."""
    if node is None:
        return 0
    line = node.start_mark.line + 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _repeated_keys(node: yaml.Node | None) -> Iterator[Fault]:
    """YAML lets a later key win in silence; here that would change a procedure unseen."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield Fault(key.start_mark.line + 1, "repeated_key", f"key '{key.value}' stands here a second time")
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _to_core(form: SopForm) -> core.Sop:
    identity: dict[str, Any] = form.identity.model_dump(exclude={"readings"})
    identity = {key: tuple(value) if isinstance(value, list) else value for key, value in identity.items()}
    return core.Sop(
        number=form.number,
        title=form.title,
        clock=form.clock,
        identity=core.Identity(
            **identity,
            readings=_readings(form.identity.readings),
        ),
        roles=tuple(core.Role(role.key, _core_text(role.name), role.by_division) for role in form.roles),
        procedures=tuple(_procedure(procedure) for procedure in form.procedures),
    )


def _procedure(form: ProcedureForm) -> core.Procedure:
    return core.Procedure(
        key=form.key,
        name=_core_text(form.name),
        post_type=form.post_type,
        website=form.website,
        openers=tuple(form.openers),
        occasions=tuple(core.Occasion(o.key, _core_text(o.name)) for o in form.occasions),
        readings=_readings(form.readings),
        activities=tuple(_activity(activity) for activity in form.activities),
    )


def _activity(form: ActivityForm) -> core.Activity:
    start = form.publishing or ("button" if form.kind == "publish" else None)
    return core.Activity(
        no=form.no,
        name=_core_text(form.name),
        role=form.role,
        kind=core.ActivityKind(form.kind),
        quality=core.QualityStandard(_core_text(form.required_inputs), form.minutes, _core_text(form.output)),
        remarks=_core_text(form.remarks),
        return_to=form.return_to,
        final_approval=form.final_approval,
        allow_self_approval=form.allow_self_approval,
        publishing=core.PublishingStart(start) if start else None,
        assisted_by=tuple(form.assisted_by),
        readings=_readings(form.readings),
    )


def _core_text(form: TextForm) -> core.Text:
    return core.Text(form.id, form.en)


def _readings(forms: Mapping[str, TextForm]) -> tuple[core.Reading, ...]:
    return tuple(core.Reading(field, _core_text(text)) for field, text in forms.items())


def _form_text(text: core.Text) -> TextForm:
    return TextForm(id=text.id, en=text.en)


def _form_readings(readings: tuple[core.Reading, ...]) -> dict[str, TextForm]:
    return {reading.field: _form_text(reading.reason) for reading in readings}


def _to_form(sop: core.Sop) -> SopForm:
    identity: dict[str, Any] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in vars(sop.identity).items()
        if key != "readings"
    }
    return SopForm(
        form=1,
        number=sop.number,
        title=sop.title,
        clock="always" if sop.clock == "always" else "office",
        identity=IdentityForm(**identity, readings=_form_readings(sop.identity.readings)),
        roles=[RoleForm(key=role.key, name=_form_text(role.name), by_division=role.by_division) for role in sop.roles],
        procedures=[_form_procedure(procedure) for procedure in sop.procedures],
    )


def _form_procedure(procedure: core.Procedure) -> ProcedureForm:
    return ProcedureForm(
        key=procedure.key,
        name=_form_text(procedure.name),
        post_type=procedure.post_type,
        website=procedure.website,
        openers=list(procedure.openers),
        occasions=[NamedForm(key=o.key, name=_form_text(o.name)) for o in procedure.occasions],
        readings=_form_readings(procedure.readings),
        activities=[_form_activity(activity) for activity in procedure.activities],
    )


def _form_activity(activity: core.Activity) -> ActivityForm:
    return ActivityForm(
        no=activity.no,
        name=_form_text(activity.name),
        role=activity.role,
        kind=activity.kind.value,
        required_inputs=_form_text(activity.quality.required_inputs),
        minutes=activity.quality.minutes,
        output=_form_text(activity.quality.output),
        remarks=_form_text(activity.remarks),
        return_to=activity.return_to,
        final_approval=activity.final_approval,
        allow_self_approval=activity.allow_self_approval,
        publishing=activity.publishing.value if activity.publishing else None,
        assisted_by=list(activity.assisted_by),
        readings=_form_readings(activity.readings),
    )

"""The part of SARIF 2.1.0 that a report uses, under the names of the specification."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Level = Literal["none", "note", "warning", "error"]


class _Object(Struct, frozen=True, rename="camel", omit_defaults=True):
    """An object of the specification; what is not set is not written."""


class Message(_Object, frozen=True):
    """A plain text message."""

    text: str


class Markdown(_Object, frozen=True):
    """The same text twice, for viewers with and without Markdown."""

    text: str
    markdown: str


class ArtifactLocation(_Object, frozen=True):
    """A file; the URI is relative to the base it names."""

    uri: str
    uri_base_id: str


class UriBase(_Object, frozen=True):
    """What a base stands for; its URI is left to whoever reads the file, so that no machine's folders stand in it."""

    description: Message


class Region(_Object, frozen=True):
    """Lines and columns, counted from 1."""

    start_line: int
    start_column: int | None = None
    end_line: int | None = None


class PhysicalLocation(_Object, frozen=True):
    """A place in a file."""

    artifact_location: ArtifactLocation
    region: Region | None = None


class LogicalLocation(_Object, frozen=True):
    """A place by name."""

    fully_qualified_name: str
    kind: str


class Location(_Object, frozen=True):
    """A place, and what is to be said of it."""

    physical_location: PhysicalLocation | None = None
    logical_locations: list[LogicalLocation] | None = None
    message: Message | None = None


class ThreadFlowLocation(_Object, frozen=True):
    """One step."""

    location: Location
    importance: Literal["important", "essential", "unimportant"] = "important"


class ThreadFlow(_Object, frozen=True):
    """Steps, in order."""

    locations: list[ThreadFlowLocation]


class CodeFlow(_Object, frozen=True):
    """The way the evidence goes through the code."""

    thread_flows: list[ThreadFlow]


class Suppression(_Object, frozen=True):
    """Why nobody has to act on a result."""

    kind: Literal["inSource", "external"]
    justification: str | None = None


class Result(_Object, frozen=True):
    """One finding."""

    rule_id: str
    rule_index: int
    level: Level
    message: Message
    locations: list[Location]
    partial_fingerprints: dict[str, str]
    properties: dict[str, str]
    code_flows: list[CodeFlow] | None = None
    suppressions: list[Suppression] | None = None


class Configuration(_Object, frozen=True):
    """How a rule reports unless a result says otherwise."""

    level: Level


class Rule(_Object, frozen=True):
    """A reporting descriptor."""

    id: str
    name: str | None = None
    short_description: Message | None = None
    full_description: Message | None = None
    help: Markdown | None = None
    help_uri: str | None = None
    default_configuration: Configuration | None = None
    properties: dict[str, str | list[str]] | None = None


class Driver(_Object, frozen=True):
    """The tool, its rules and its kinds of notification."""

    name: str
    version: str
    rules: list[Rule]
    notifications: list[Rule]


class Tool(_Object, frozen=True):
    """What made the run."""

    driver: Driver


class Descriptor(_Object, frozen=True):
    """A reference to a kind of notification."""

    id: str
    index: int


class Notification(_Object, frozen=True):
    """Something that happened in the run, not in the code."""

    descriptor: Descriptor
    level: Level
    message: Message
    locations: list[Location]


class Invocation(_Object, frozen=True):
    """One run of the tool."""

    execution_successful: bool
    tool_execution_notifications: list[Notification]
    tool_configuration_notifications: list[Notification]


class AutomationDetails(_Object, frozen=True):
    """What keeps these results apart from another tool's."""

    id: str


class Run(_Object, frozen=True):
    """The run."""

    tool: Tool
    automation_details: AutomationDetails
    invocations: list[Invocation]
    original_uri_base_ids: dict[str, UriBase]
    column_kind: Literal["utf16CodeUnits", "unicodeCodePoints"]
    results: list[Result]


class Log(_Object, frozen=True):
    """The file."""

    version: Literal["2.1.0"]
    runs: list[Run]
    schema: str = field(name="$schema", default="")

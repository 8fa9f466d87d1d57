"""Configuration files as plain data: JSON with comments and trailing commas, and the little YAML that pnpm needs."""

from __future__ import annotations

from collections.abc import Mapping

import pyjson5

MAX_DEPTH = 64
MAX_YAML_BYTES = 64 * 1024
MAX_YAML_VALUES = 10_000


class InvalidDocumentError(ValueError):
    """The file is not the JSON or YAML it should be; the message says how, without quoting it."""


def parse(path: str, content: bytes) -> Mapping[str, object]:
    """The object that a JSON or YAML file holds.

    Raises InvalidDocumentError when the file is not UTF-8, does not parse, or holds something else than an object.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidDocumentError("not UTF-8") from None
    value = _yaml(text) if path.endswith((".yaml", ".yml")) else _json(text)
    if value is None and not text.strip():
        return {}
    if not isinstance(value, dict):
        raise InvalidDocumentError("holds no object")
    return value


def _json(text: str) -> object:
    if not text.strip():
        return None
    try:
        value: object = pyjson5.decode(text, MAX_DEPTH)
    except pyjson5.Json5NestingTooDeep:
        raise InvalidDocumentError(f"nested deeper than {MAX_DEPTH} levels") from None
    except (pyjson5.Json5Exception, ValueError, OverflowError):
        raise InvalidDocumentError("invalid JSON") from None
    return value


def _yaml(text: str) -> object:
    # Only pnpm workspaces need it, and importing it costs more than listing the tree.
    import yaml  # noqa: PLC0415

    if len(text) > MAX_YAML_BYTES:
        raise InvalidDocumentError(f"larger than {MAX_YAML_BYTES // 1024} KiB")
    loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    left = MAX_YAML_VALUES

    def plain(node: yaml.Node | None) -> object:
        # Built from the nodes: aliases and merge keys could otherwise grow a small file without end.
        nonlocal left
        left -= 1
        if left < 0:
            raise InvalidDocumentError("expands to too many values")
        if isinstance(node, yaml.MappingNode):
            return {key.value: plain(value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        if isinstance(node, yaml.SequenceNode):
            return [plain(item) for item in node.value]
        return node.value if isinstance(node, yaml.ScalarNode) else None

    try:
        return plain(yaml.compose(text, Loader=loader))
    except (yaml.YAMLError, ValueError) as error:
        raise error if isinstance(error, InvalidDocumentError) else InvalidDocumentError("invalid YAML") from None
    except RecursionError:
        raise InvalidDocumentError("nested too deep") from None

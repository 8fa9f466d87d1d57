"""Files that a caller sends and the server keeps: where each goes, under which name, and what else the store is told.

A file is what the caller sent as bytes: a field of a form that is read as such, the body as it came, a text in base64.
A grant is leave to store a file without the server, such as an upload address that was signed.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from doorcheck.scan.facts import hosts
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.uses import method_of
from doorcheck.scan.facts.values import (
    Arr,
    Choice,
    Const,
    Derived,
    Effect,
    External,
    Input,
    Obj,
    Promise,
    Query,
    Reply,
    Row,
    Session,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

MAX_DEEP = 12
MAX_SEEN = 80
_CONTENTS = ("Body", "body", "file", "content", "data", "buffer", "Content")
_KEYS = ("Key", "key", "pathname", "fileName", "filename", "name", "public_id", "path")
_NESTED = ("params", "Fields", "fields", "headers")
_KEEPS = frozenset(
    {
        "writeFile", "writeFileSync", "outputFile", "outputFileSync", "appendFile", "copyFile", "copyFileSync",
        "rename", "renameSync", "move", "put", "putObject", "fPutObject", "upload", "uploadFile", "uploadFiles",
        "uploadData", "uploadStream", "upload_stream", "uploadPart", "uploadToSignedUrl", "update", "save", "send",
        "done", "createWriteStream",
    }
)  # fmt: skip
"""Calls that keep what they are given."""
_READS = frozenset({"readFile", "readFileSync", "createReadStream", "readJson", "readJSON", "readJsonSync"})
_GRANTS = frozenset(
    {
        "getSignedUrl", "getSignedUrlPromise", "createPresignedPost", "presignedPutObject", "presignedPostPolicy",
        "handleUpload", "generateClientTokenFromReadWriteToken", "generateSignedPostPolicyV4", "api_sign_request",
    }
)  # fmt: skip
_COMMANDS = frozenset({"PutObjectCommand", "UploadPartCommand", "CreateMultipartUploadCommand"})
_TEMPORARY = frozenset({"filepath", "tempFilePath", "path"})
_IMAGES = frozenset({"sharp", "jimp", "gm", "canvas", "imagescript", "@napi-rs/image", "@napi-rs/canvas"})
"""Packages that make a new picture of the one they read: what is no picture does not get through."""
_PATHS = frozenset({"path", "node:path", "path-browserify", "upath", "pathe"})
_LAST_PART = frozenset({"basename", "extname", "parse"})
_PUBLIC = re.compile(r"(?:^|[/\\])public(?:$|[/\\])")
_WRAPPERS = frozenset({"text", "string", "call", "element", "either", "member", "parse", "computed"})
_OF_FILES = frozenset({"name", "type", "size", "filename", "fileName", "originalname", "originalFilename", "mimetype"})
_PICTURE_STORES = frozenset({"cloudinary"})
"""Stores that take pictures alone, unless they are told otherwise."""
_FILE_FIELDS = frozenset({"file", "[]", "image", "avatar", "photo", "picture", "logo", "document", "attachment"})
_STREAMS = frozenset({"stream", "node:stream", "buffer", "node:buffer", "js", "streamifier"})


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept: the part of the request that it is, and whether it was made anew on the way."""

    name: str
    remade: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of the caller's that an operation keeps, or gives leave to keep (``grant``).

    ``target`` is its path or key, ``options`` what else the store was told, by name. With ``reads`` it is a file of the
    server's that is read by a path of the caller's.
    """

    effect: Effect
    content: Content | None
    target: Value | None
    options: dict[str, Value] = field(default_factory=dict)
    grant: str = ""
    reads: bool = False

    @property
    def in_files(self) -> bool:
        """Whether it is kept in the server's own files."""
        return self.effect.kind == "file"


def upload_of(effect: Effect) -> Upload | None:
    """The caller's file that this operation keeps, or lets the caller keep; None where it does neither."""
    if effect.kind not in {"file", "storage"}:
        return None
    method = method_of(effect)
    if effect.kind == "file" and method in _READS:
        target = effect.given[0] if effect.given else None
        named = target is not None and client_named(target) is not None
        return Upload(effect, None, target, reads=True) if named else None
    options = dict(_options_of(effect))
    if method in _GRANTS:
        return _grant(effect, method, options)
    if method not in _KEEPS:
        return None
    target = _target(effect, options)
    content = _content(effect, method, options)
    return Upload(effect, content, target, options) if content is not None else None


def _options_of(effect: Effect) -> Iterator[tuple[str, Value]]:
    """What an operation is told by name, by itself or in a command that it is given."""
    given = [*effect.given, *effect.answers]
    for value in effect.given:
        if isinstance(value, External):
            given += [argument for link in value.links for argument in link.arguments]
    links = [value for value in effect.operands if isinstance(value, External) and value.package == "link"]
    given += [argument for value in links for argument in value.links[0].arguments]
    if effect.called is not None:
        given += [argument for link in effect.called.links[-3:] for argument in link.arguments]
    for value in given:
        for each in _objects_in(value):
            yield from each.props.items()
            for name in _NESTED:
                inner = each.props.get(name)
                if isinstance(inner, Obj):
                    yield from inner.props.items()


def _objects_in(value: Value, depth: int = 0) -> Iterator[Obj]:
    value = value.value if isinstance(value, Promise) else value
    if isinstance(value, Obj):
        yield value
        for rest in value.rest:
            yield from _objects_in(rest, depth + 1)
    elif isinstance(value, Choice | Unknown) and depth < MAX_DEEP:
        parts = value.parts if isinstance(value, Unknown) else tuple(one.value for one in value.alternatives)
        for part in parts[:6]:
            yield from _objects_in(part, depth + 1)


def _target(effect: Effect, options: dict[str, Value]) -> Value | None:
    named = next((options[name] for name in _KEYS if name in options), None)
    positional = effect.given[1:2] if method_of(effect) in {"copyFile", "rename", "move"} else effect.given[:1]
    first = positional[0] if positional else None
    if effect.kind == "file":
        return first
    plain = first is not None and not isinstance(first, Obj | External) and file_in(first) is None
    if plain and first is not None and not (isinstance(first, Arr | Row)):
        return first
    links = effect.called.links[-2:] if effect.called is not None else ()
    in_chain = next((link.arguments[0] for link in links if link.name in {"file", "object"} and link.arguments), None)
    return named or in_chain


def _content(effect: Effect, method: str, options: dict[str, Value]) -> Content | None:
    named = next((options[name] for name in _CONTENTS if name in options), None)
    found = file_in(named) if named is not None else None
    if found is not None:
        return found
    links = (value for value in effect.operands if isinstance(value, External) and value.package == "link")
    linked = [argument for value in links for argument in value.links[0].arguments if value.links[0].name == "end"]
    if effect.kind == "file":
        if method == "createWriteStream":
            return _named_after(effect.given[0]) if effect.given else None
        if method in {"copyFile", "rename", "move", "renameSync", "copyFileSync"}:
            return _temporary(effect.given[0]) if effect.given else None
        return file_in(effect.given[1], bytes_only=True) if len(effect.given) > 1 else None
    for value in (*linked, *effect.given):
        if not isinstance(value, Obj | Const) and (found := file_in(value)) is not None:
            return found
    return None


def _named_after(path: Value) -> Content | None:
    """The file of a form after which the path of a stream is named that something else fills."""
    for part in made_from(path, 40):
        if (
            isinstance(part, Input)
            and part.channel in {"form", "body"}
            and part.path[-1:]
            and part.path[-1] in _OF_FILES
        ):
            return Content(name_of(Input(part.channel, part.path[:-1])))
    return None


def _temporary(value: Value) -> Content | None:
    """The file of a form whose temporary path this is."""
    for part in made_from(value, 20):
        if isinstance(part, Input) and part.path and part.path[-1] in _TEMPORARY:
            return Content(name_of(Input(part.channel, part.path[:-1])))
    return None


def file_in(value: Value, *, bytes_only: bool = False) -> Content | None:
    """The caller's file that a value is; None where it is none, or only made from one in part.

    With ``bytes_only`` a field that is handed on as it came is no file: it may be a text.
    """
    queue = [(value, _Seen.TEXT if bytes_only else _Seen.FIELD, False)]
    for current, seen, remade in queue:
        if len(queue) > MAX_SEEN:
            return None
        if isinstance(current, Promise):
            queue.append((current.value, seen, remade))
        elif isinstance(current, Input):
            if _is_file(current, seen):
                return Content(name_of(current), remade)
        elif isinstance(current, Row | Query):
            if current.effect.kind == "file" and current.effect.given:
                found = _temporary(current.effect.given[0])
                if found is not None:
                    return Content(found.name, remade)
        else:
            queue.extend(_inside(current, seen, remade))
    return None


class _Seen(enum.IntEnum):
    """What is known of a value that may be a file: a text as well, a field as it came, bytes."""

    TEXT = 0
    FIELD = 1
    BYTES = 2


def _inside(value: Value, seen: _Seen, remade: bool) -> Iterator[tuple[Value, _Seen, bool]]:
    if isinstance(value, Derived):
        if value.how == "bytes":
            yield from ((part, _Seen.BYTES, remade) for part in value.parts)
        elif value.how in _WRAPPERS and len(value.parts) <= 3:
            yield value.parts[0], seen, remade
    elif isinstance(value, Unknown):
        yield from ((part, seen, remade) for part in value.parts[:4])
    elif isinstance(value, Choice):
        yield from ((one.value, seen, remade) for one in value.alternatives[:6])
    elif isinstance(value, Arr) and len(value.items) + len(value.rest) == 1:
        yield from ((part, seen, remade) for part in (*value.items, *value.rest))
    elif isinstance(value, External) and value.package in _IMAGES | _STREAMS:
        made_anew = remade or value.package in _IMAGES
        given = (part for link in value.links for part in link.arguments[:1])
        yield from ((part, _Seen.BYTES if made_anew else seen, made_anew) for part in given)


def _is_file(value: Input, seen: _Seen) -> bool:
    """Whether a part of the request that is kept is a file. The whole body is one, where it is kept as it came."""
    if seen is _Seen.BYTES or (value.channel == "body" and not value.path):
        return True
    if value.path and value.path[-1] in _OF_FILES:
        return False
    named = bool(value.path) and value.path[-1].lower() in _FILE_FIELDS
    return seen is _Seen.FIELD and (value.channel in {"form", "argument"} or (value.channel == "body" and named))


def _grant(effect: Effect, method: str, options: dict[str, Value]) -> Upload | None:
    target = next((options[name] for name in _KEYS if name in options), None)
    if method in {"getSignedUrl", "getSignedUrlPromise"} and not _signs_upload(effect, options):
        return None
    if method == "presignedPutObject":
        target = effect.given[1] if len(effect.given) > 1 else target
    return Upload(effect, None, target, options, method)


def _signs_upload(effect: Effect, options: dict[str, Value]) -> bool:
    for value in effect.given:
        if isinstance(value, External) and any(part in _COMMANDS for part in value.path):
            return True
        if isinstance(value, Const) and value.value == "putObject":
            return True
    action = options.get("action")
    return isinstance(action, Const) and action.value in {"write", "resumable"}


def is_served(effect: Effect, answers: Iterable[Value]) -> bool:
    """Whether an answer is what this operation read, as it is: nothing was parsed out of it or put around it."""
    queue = list(answers)[:MAX_SEEN]
    for value in queue:
        if isinstance(value, Row | Query) and value.effect is effect:
            return True
        if len(queue) > 4 * MAX_SEEN:
            return False
        if isinstance(value, Reply):
            queue.extend([value.body] if value.body is not None else [])
        elif isinstance(value, Promise):
            queue.append(value.value)
        elif isinstance(value, Choice):
            queue.extend(one.value for one in value.alternatives)
        elif isinstance(value, Unknown):
            queue.extend(value.parts[:4])
        elif isinstance(value, Derived) and value.how in _WRAPPERS - {"parse", "member", "element"}:
            queue.extend(value.parts[:1])
    return False


def takes_pictures_alone(upload: Upload) -> bool:
    """Whether the store itself looks whether the file is a picture."""
    kind = upload.options.get("resource_type")
    told = isinstance(kind, Const) and kind.value != "image"
    called = upload.effect.called
    return called is not None and called.package in _PICTURE_STORES and not told


def client_named(path: Value) -> Input | None:
    """The part of the request from which a path can lead out of its folder; None where none can."""
    queue: list[tuple[Value, int]] = [(path, 0)]
    for value, depth in queue:
        if isinstance(value, Input):
            made_by_reader = value.channel == "form" and bool(_TEMPORARY & set(value.path[-1:]))
            if value.channel not in {"method", "address", "url"} and not made_by_reader:
                return value
        elif depth < MAX_DEEP and len(queue) < MAX_SEEN:
            queue.extend((part, depth + 1) for part in _parts_of_path(value))
    return None


def _parts_of_path(value: Value) -> Iterator[Value]:
    if isinstance(value, Promise):
        yield value.value
    elif isinstance(value, Derived):
        if value.how in {"text", "call", "either", "computed"}:
            yield from (value.parts[:1] if value.how == "call" else value.parts)
        elif value.how == "string":
            read = hosts.pattern_of(value.parts[1]) if len(value.parts) > 1 else None
            if read is None or not hosts.takes_out_separators(*read):
                yield value.parts[0]
    elif isinstance(value, Unknown):
        yield from value.parts[:4]
    elif isinstance(value, Choice):
        yield from (one.value for one in value.alternatives[:6])
    elif isinstance(value, External) and value.package in _PATHS and value.links and not _LAST_PART & set(value.path):
        yield from value.links[-1].arguments


def is_named_by_client(key: Value) -> bool:
    """Whether a key is the client's from its beginning: nothing of the server's, or of who calls, stands in it."""
    parts = made_from(key, MAX_SEEN)
    others = any(isinstance(part, Session | Row | External) for part in parts)
    texts = any(isinstance(part, Const) and isinstance(part.value, str) and part.value.strip("./-_") for part in parts)
    return not others and not texts and any(isinstance(part, Input) for part in parts)


def in_public_folder(path: Value) -> bool:
    """Whether a path goes through a folder ``public``, from which Next.js serves files to everybody."""
    return any(
        isinstance(part, Const) and isinstance(part.value, str) and _PUBLIC.search(part.value)
        for part in made_from(path, MAX_SEEN)
    )

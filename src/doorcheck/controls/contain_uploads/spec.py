"""What ``contain-uploads`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

CLIENT_PATH = "client-path"
PUBLIC_FOLDER = "public-folder"
OPEN_GRANT = "open-grant"
UNBOUNDED_SIZE = "unbounded-size"
ANY_TYPE = "any-type"
CLIENT_KEY = "client-key"
CLAIMED_TYPE = "claimed-type"

SPEC = ControlSpec(
    id=ControlId.CONTAIN_UPLOADS,
    title="Bound the files that callers store",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.MEDIUM,
    why=(
        "A file is the largest thing a caller can send, and the only one that others open: it fills the disk and the "
        "bill, its name can lead out of the folder, and a page in it runs for whoever opens it."
    ),
    fix="Bound the size, look at the bytes for the type, make the name yourself, and keep the file out of the public.",
    ways=(
        Way(
            CLIENT_PATH,
            "The path of the stored or served file is the client's",
            "Name the file yourself (`crypto.randomUUID()`), or take `path.basename` of what was sent.",
            Severity.HIGH,
        ),
        Way(
            PUBLIC_FOLDER,
            "The file is stored in the public folder",
            "Keep it outside `public`, and serve it by a route that checks who asks and sends it as a download.",
        ),
        Way(
            OPEN_GRANT,
            "An upload address is signed without conditions",
            "Sign the length and the type, too: `createPresignedPost` with conditions, or the token's own limits.",
        ),
        Way(
            UNBOUNDED_SIZE,
            "The size of the file is not bounded",
            "Compare `file.size` with a limit, and stop, before the file is read.",
        ),
        Way(
            ANY_TYPE,
            "Files of any type are stored",
            "Allow the types you mean, by the first bytes of the file.",
        ),
        Way(
            CLIENT_KEY,
            "The key of the stored file is the client's",
            "Begin the key with the caller's id, or make it up: one client's file replaces another's otherwise.",
            Severity.LOW,
        ),
        Way(
            CLAIMED_TYPE,
            "The type is what the client claims",
            "Look at the first bytes of the file: type and name are whatever the client wrote.",
            Severity.LOW,
        ),
    ),
    cwe=434,
    owasp="API4:2023",
    since="0.3.0",
)

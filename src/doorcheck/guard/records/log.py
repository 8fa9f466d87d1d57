"""The private log as lines of JSON, from which secrets and personal data are taken whoever writes."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from doorcheck.guard.passage import request_id_or_none
from doorcheck.guard.records.scrubbing import scrub, scrub_value

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class ScrubbedJson(logging.Formatter):
    """A formatter for any handler of ``logging``: one JSON object a line, scrubbed, with the id of the request."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. A record that cannot be formatted is written as that, and loses nothing else."""
        try:
            message = record.getMessage()
        except Exception as fault:
            message = f"a message that cannot be written ({type(fault).__name__})"
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(message),
        }
        request_id = request_id_or_none()
        if request_id is not None:
            line["request_id"] = request_id
        extra = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if extra:
            line["extra"] = scrub_value(extra)
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = _fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _fault(fault: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(fault.__traceback__)[-12:]
    return {
        "type": type(fault).__qualname__,
        "message": scrub(str(fault)),
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }

"""The model that request bodies derive from."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """A request body in which unknown fields are refused.

    Not Pydantic's strict mode: FastAPI validates decoded JSON, where strict mode would refuse every date and UUID.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", hide_input_in_errors=True)

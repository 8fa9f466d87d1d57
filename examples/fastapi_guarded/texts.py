"""Kinds of text that callers write. PostgreSQL has no NUL in a text, and nobody has a use for the other signs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line: of a customer, of a project."""

Prose = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
"""Lines, with tabs in them."""

Email = Annotated[str, Field(max_length=320, pattern=r"^[^\x00-\x20\x7f@]+@[^\x00-\x20\x7f@]+$")]
"""What is looked up as an address of mail."""

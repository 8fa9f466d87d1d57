"""Files from strangers: counted while they stream, recognised by what they are, renamed, and kept in private."""

from doorcheck.guard.uploads.kinds import (
    CSV,
    DOCX,
    GIF,
    JPEG,
    MP4,
    PDF,
    PNG,
    PPTX,
    TEXT,
    WEBP,
    XLSX,
    ZIP,
    FileKind,
)
from doorcheck.guard.uploads.receiving import Received, Uploads
from doorcheck.guard.uploads.storage import PrivateDirectory, Storage, Stored

__all__ = [
    "CSV",
    "DOCX",
    "GIF",
    "JPEG",
    "MP4",
    "PDF",
    "PNG",
    "PPTX",
    "TEXT",
    "WEBP",
    "XLSX",
    "ZIP",
    "FileKind",
    "PrivateDirectory",
    "Received",
    "Storage",
    "Stored",
    "Uploads",
]

"""ZIP and GZIP: members unpacked under names of our own, within limits that no honest export reaches."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from pipelines.messages import Message
from pipelines.reading import staging
from pipelines.reading.model import Refusal

MAX_MEMBERS = 500
MAX_BYTES = 20 << 30
# Text packs 5 to 20 times, a table of equal rows perhaps 100; only small files may be beyond.
MAX_RATIO = 250
RATIO_MATTERS_FROM = 64 << 20
CHUNK = 1 << 20
#: what a damaged archive raises, here or there
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    KeyError,
)
_NOT_DATA = ("__MACOSX/", ".")


def is_too_large(path: Path, members: list[zipfile.ZipInfo], scratch: Path) -> Message | None:
    """Why an archive must not be unpacked, by what it declares; None when it may be."""
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        return Message("too_many_members", {"file": path.name, "count": len(members), "limit": MAX_MEMBERS})
    if total > MAX_BYTES or (total > RATIO_MATTERS_FROM and total > MAX_RATIO * path.stat().st_size):
        return Message("unpacks_too_large", {"file": path.name, "gigabytes": max(total >> 30, 1)})
    if total > shutil.disk_usage(scratch).free:
        return Message("no_room", {"file": path.name, "gigabytes": max(total >> 30, 1)})
    return None


def members(path: Path, name: str, scratch: Path) -> Iterator[tuple[str, Path] | Refusal]:
    """(name as shown, unpacked file) for each file in a ZIP; a damaged or locked member is refused alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [m for m in archive.infolist() if not m.is_dir() and not _is_no_data(m.filename)]
            if problem := is_too_large(path, inside, scratch):
                yield Refusal(name, problem)
                return
            if not inside:
                yield Refusal(name, Message("empty_archive", {"file": name}))
            for member in inside:
                yield _unpacked(archive, member, name, scratch)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        yield Refusal(name, Message("broken_archive", {"file": name}))


def _is_no_data(member: str) -> bool:
    """What macOS and sync tools put beside the files."""
    return member.startswith(_NOT_DATA[0]) or PurePosixPath(member).name.startswith(_NOT_DATA[1])


def _unpacked(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, scratch: Path
) -> tuple[str, Path] | Refusal:
    shown = f"{name} › {member.filename}"
    if member.flag_bits & 1:
        return Refusal(shown, Message("locked_archive", {"file": name}))
    # The member's own path is only shown, never used: it may lead anywhere.
    target = scratch / f"{staging.new_name()}.member"
    try:
        with archive.open(member) as source:
            copy_within(source, target, member.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        target.unlink(missing_ok=True)
        return Refusal(shown, Message("broken_member", {"file": member.filename, "archive": name}))
    return shown, target


def copy_within(source: IO[bytes] | gzip.GzipFile, target: Path, limit: int) -> None:
    """Copy at most `limit` bytes, whatever the archive declared; more is a ValueError."""
    left = limit
    with target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise ValueError("the archive holds more than it declares")
            copy.write(chunk)


def gunzipped(path: Path, name: str, scratch: Path) -> Path | Refusal:
    """The one file in a GZIP."""
    limit = min(
        MAX_BYTES, max(RATIO_MATTERS_FROM, MAX_RATIO * path.stat().st_size), shutil.disk_usage(scratch).free
    )
    target = scratch / f"{staging.new_name()}.member"
    try:
        with gzip.open(path) as source:
            copy_within(source, target, limit)
    except ValueError:
        target.unlink(missing_ok=True)
        return Refusal(name, Message("unpacks_too_large", {"file": name, "gigabytes": max(limit >> 30, 1)}))
    except (gzip.BadGzipFile, zlib.error, EOFError):
        target.unlink(missing_ok=True)
        return Refusal(name, Message("broken_archive", {"file": name}))
    return target

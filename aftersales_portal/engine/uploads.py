"""What a file really is, by its content: no name and no sender is believed.

Pure Python: bytes in, values out.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from io import BytesIO
from typing import NamedTuple


class FileKind(NamedTuple):
    """A kind of file that customers may send.

    :param mimetype: as which it is stored and served
    :param extensions: those that its name may have; the first is given where it has none
    """

    mimetype: str
    extensions: tuple


JPEG = FileKind("image/jpeg", ("jpg", "jpeg"))
PNG = FileKind("image/png", ("png",))
GIF = FileKind("image/gif", ("gif",))
WEBP = FileKind("image/webp", ("webp",))
HEIC = FileKind("image/heic", ("heic", "heif"))
PDF = FileKind("application/pdf", ("pdf",))
MP4 = FileKind("video/mp4", ("mp4", "m4v"))
MOV = FileKind("video/quicktime", ("mov",))
TEXT = FileKind("text/plain", ("txt", "csv", "log"))
OFFICE = {
    "word/": FileKind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ("docx",),
    ),
    "xl/": FileKind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)
    ),
}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OPEN_DOCUMENTS = {
    f"{OPEN_DOCUMENT}text": FileKind(f"{OPEN_DOCUMENT}text", ("odt",)),
    f"{OPEN_DOCUMENT}spreadsheet": FileKind(f"{OPEN_DOCUMENT}spreadsheet", ("ods",)),
}
SIGNATURES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
)
# Brands of the container that phones write films and pictures in.
BRANDS = {
    b"heic": HEIC,
    b"heix": HEIC,
    b"mif1": HEIC,
    b"qt  ": MOV,
    b"isom": MP4,
    b"iso2": MP4,
    b"iso5": MP4,
    b"iso6": MP4,
    b"mp41": MP4,
    b"mp42": MP4,
    b"avc1": MP4,
    b"M4V ": MP4,
    b"3gp4": MP4,
    b"3gp5": MP4,
}
# Text that a browser or a shell would run.
MARKUP = re.compile(rb"<[a-z!?/]", re.IGNORECASE)
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
LONGEST_NAME = 120
# How office programs pack what they write.
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# So begins what an archive says of each file in it, which all is read at once.
LISTED = b"PK\x01\x02"
# More than any document has.
MOST_PACKED = 5000
# What reading an archive raises that is none, or is damaged or encrypted.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def find_kind(content):
    """Return the ``FileKind`` of a file by its content, or None for what is not taken."""
    for start, kind in SIGNATURES:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp":
        return BRANDS.get(content[8:12])
    if content.startswith(b"PK\x03\x04"):
        return _find_office(content)
    return TEXT if _is_text(content) else None


def _find_office(content):
    """Return the kind of an office document without macros; other archives are none."""
    if content.count(LISTED) > MOST_PACKED:
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                # Others may ask for all memory there is before they give a byte.
                if archive.getinfo("mimetype").compress_type not in PACKED:
                    return None
                with archive.open("mimetype") as entry:
                    return OPEN_DOCUMENTS.get(entry.read(100).decode("ascii", "ignore"))
    except DAMAGED:
        return None
    if "[Content_Types].xml" not in names or any("vbaProject" in n for n in names):
        return None
    return next(
        (
            kind
            for start, kind in OFFICE.items()
            if any(n.startswith(start) for n in names)
        ),
        None,
    )


def _is_text(content):
    """Say whether it is plain text that nothing would run."""
    if not content or CONTROL.search(content) or content.startswith(b"#!"):
        return False
    if MARKUP.search(content):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def clean_name(name, kind):
    """Return a name for a file: no folder, nothing invisible, an ending that is true.

    >>> clean_name("C:\\\\photos\\\\leak.html", PNG)
    'leak.html.png'
    >>> clean_name("", PDF)
    'file.pdf'
    """
    name = re.split(r"[/\\]", name or "")[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not (dot and stem and ending.lower() in kind.extensions):
        stem, ending = name or "file", kind.extensions[0]
    return f"{stem[:LONGEST_NAME]}.{ending}"


def get_endings():
    """Return the endings that names of files may have."""
    known = [kind for _start, kind in SIGNATURES]
    known += [WEBP, TEXT, *BRANDS.values(), *OFFICE.values(), *OPEN_DOCUMENTS.values()]
    return {ending for kind in known for ending in kind.extensions}

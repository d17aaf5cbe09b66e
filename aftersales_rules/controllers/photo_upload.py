# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Photos that customers send: looked at before anything is kept.

What a file is follows from its first bytes, never from its name or from what the
browser says. Nothing that a browser would run is among what is taken.
"""

FILES_MAX = 8
FILE_BYTES_MAX = 10 * 1024 * 1024
NAME_LENGTH_MAX = 120

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


def photo_type(head):
    """The media type of a photo or PDF by its first bytes; None for anything else.

    >>> photo_type(b"%PDF-1.7")
    'application/pdf'
    >>> photo_type(b"<svg onload=...>")
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    return None


def check_photos(env, uploads):
    """Read what was uploaded.

    :param uploads: file storages of a request
    :return: values for attachments, and what is wrong in the customer's words or None
    :rtype: tuple[list[dict], str | None]
    """
    uploads = [upload for upload in uploads if upload.filename]
    if len(uploads) > FILES_MAX:
        return [], env._("At most %(number)s files, please.", number=FILES_MAX)
    values = []
    for upload in uploads:
        name = upload.filename.replace("\\", "/").rsplit("/", 1)[-1][-NAME_LENGTH_MAX:]
        content = upload.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            return [], env._(
                "%(name)s is larger than %(size)s MB.",
                name=name,
                size=FILE_BYTES_MAX // 1024**2,
            )
        media_type = photo_type(content[:16])
        if not media_type:
            return [], env._(
                "%(name)s is neither a photo (JPEG, PNG, WebP, HEIC) nor a PDF.",
                name=name,
            )
        values.append({"name": name, "raw": content, "mimetype": media_type})
    return values, None

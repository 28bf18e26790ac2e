"""Images that are odd, broken or hostile, each as the bytes of one file."""

from __future__ import annotations

import base64
import pickle
import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image, PngImagePlugin

from tests.web.hostile import encoded, image, png, png_chunk

CANARY = "/tmp/automl-web-was-here"  # noqa: S108 - nothing may ever make it
SIDEWAYS = 6  # the orientation that a camera notes when it is held upright

BLANK_WEBP = bytes.fromhex(
    "524946461e000000574542505650384c110000002f57dbd50607508a2ad4a3ff8188e87f0000"
)
"""7,000 times 7,000 pixels in 38 bytes."""

BLANK_JPEG = (
    r"c-pJD_4d-ntlJ49Z4Zl8qHIzoESPE364%-8v|w*jjKlMDH<{+v3eGdG&Qqx1TNeD9?U8lIb{<8`t?uSKc3g=(^qIq?"
    r"=EG}Ir>~2}F4kK8tPq+hxO3N{x})t9^_J3eYvua)^{I(J&Og2C>DjZd_U*pv{3*#OvhM%#;QAe1bp<6=CAZS#edp)S"
    r"H|;HdJ^jv>xX(YW`kT!bzr3Y4Z$2Z#D8K|2qJ7y??Xl0E?V54bhHbU!eUs<@qWz-$qTfZ!MYoGi7qwo0eRJu;`#~AT"
    r"?LQZ_rscQ3jeq%eL*+v!zWe{{6Xn=*-Gtx1IypC9el#qx1@BZ)@YX_u_huU3?$67+j(4?p{qEY`b-U|y*WBx`Z{FuR"
    r"dynhxG^b;6T=w<Mm$W#S0RUsxlFt"
)
"""As many, progressive and without subsampling: packed twice, and in base 85."""


def picture(side: int = 8, mode: str = "RGB", seed: int = 7_000_000) -> Image.Image:
    return Image.open(BytesIO(image(seed, side, "RGB"))).convert(mode)


def frames(kind: str) -> bytes:
    """A moving picture of three frames."""
    first, *others = (picture(seed=7_000_001 + number) for number in range(3))
    file = BytesIO()
    first.save(file, format=kind, save_all=True, append_images=others)
    return file.getvalue()


def tiff() -> bytes:
    """A 16-bit TIFF, as microscopes write."""
    return encoded(Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000), "TIFF")


def deep_png() -> bytes:
    return encoded(Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000))


def clear_palette() -> bytes:
    """A palette image with one see-through colour."""
    file = BytesIO()
    picture(mode="P").save(file, format="PNG", transparency=0)
    return file.getvalue()


def sideways(kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = SIDEWAYS
    file = BytesIO()
    wide = picture(64).resize((64, 32))
    others = {"save_all": True, "append_images": [wide]} if kind == "MPO" else {}
    wide.save(file, format=kind, exif=exif, **others)
    return file.getvalue()


def broken_exif() -> bytes:
    """A photograph whose notes are garbage."""
    photo = encoded(picture(16), "JPEG")
    notes = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 60
    return photo[:2] + b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes + photo[2:]


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def lying_png(side: int) -> bytes:
    """A PNG whose header claims far more pixels than there are."""
    return png(side, side, 2, zlib.compress(bytes(25 * 8)))


def large_png(side: int = 7000) -> bytes:
    """An honest PNG of 49 million coloured pixels, all of one colour."""
    packer = zlib.compressobj(1)
    line = b"\0" + b"\x10\x20\x30" * side
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    return png(side, side, 2, data)


def two_halves(side: int) -> bytes:
    """A large image, dark on the left and light on the right."""
    array = np.full((side, side, 3), 20, dtype=np.uint8)
    array[:, side // 2 :] = 230
    return encoded(Image.fromarray(array))


def thread(length: int) -> bytes:
    """One pixel high and very long."""
    return png(length, 1, 0, zlib.compress(bytes(1 + length), 9), depth=8)


def wrong_checksum() -> bytes:
    content = bytearray(image(7_000_010))
    content[content.find(b"IDAT") + 6] ^= 0xFF
    return bytes(content)


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 200 MB."""
    info = PngImagePlugin.PngInfo()
    info.add(b"zTXt", b"comment\0\0" + zlib.compress(bytes(200 * 2**20), 1))
    file = BytesIO()
    picture().save(file, format="PNG", pnginfo=info)
    return file.getvalue()


def profile_bomb() -> bytes:
    """A PNG whose colour profile unpacks to 200 MB."""
    honest = encoded(picture())
    at = honest.find(b"IDAT") - 4
    packed = zlib.compress(bytes(200 * 2**20), 1)
    return honest[:at] + png_chunk(b"iCCP", b"profile\0\0" + packed) + honest[at:]


def scripted_gif() -> bytes:
    """A GIF that is also a script, by its comment."""
    file = BytesIO()
    picture(mode="P").save(file, format="GIF", comment=b"*/=1;alert(document.domain)/*")
    return file.getvalue()


def hollow_gif() -> bytes:
    return b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)"


def blank_jpeg() -> bytes:
    return zlib.decompress(zlib.decompress(base64.b85decode(BLANK_JPEG)))


def object_array() -> bytes:
    """A numpy file that would run code where pickles are allowed."""
    file = BytesIO()
    np.save(file, np.array([Evil()], dtype=object), allow_pickle=True)
    return file.getvalue()


def pickled() -> bytes:
    return pickle.dumps(Evil())


class Evil:
    """Unpickled, it would make a file."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (CANARY, "w")

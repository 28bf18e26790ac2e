"""Odd and hostile images in class folders that are good otherwise, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable

from tests.web import hostile, hostile_images, hostile_zips
from tests.web.cases import DAMAGED, NO_PICTURE, TOO_LARGE, Case, skips, takes
from tests.web.hostile import class_folders, encoded, image

ODD = ("outlying_sizes", "resized")
"""What is said of an image that is far larger or smaller than the others, or of other proportions."""

IMAGES: dict[str, Callable[[], Case]] = {
    "a 16-bit TIFF": lambda: skips(hostile_images.tiff(), NO_PICTURE, "cat/scan.tif"),
    "a TIFF by the name of png": lambda: skips(hostile_images.tiff(), DAMAGED),
    "a moving GIF": lambda: takes(
        hostile_images.frames("GIF"), "moving", "mixed_colours", name="cat/m.gif"
    ),
    "a moving WebP": lambda: takes(
        hostile_images.frames("WEBP"), "moving", "mixed_colours", name="cat/m.webp"
    ),
    "a moving PNG": lambda: takes(hostile_images.frames("PNG"), "moving", "mixed_colours"),
    "10,000 by 10,000 pixels": lambda: skips(hostile.huge_png(10_000), TOO_LARGE),
    "20,000 by 20,000 pixels": lambda: skips(hostile.huge_png(20_000), TOO_LARGE),
    "a PNG that claims 60,000 by 60,000": lambda: skips(
        hostile_images.lying_png(60_000), TOO_LARGE
    ),
    "a PNG that claims 7,000 by 7,000": lambda: skips(hostile_images.lying_png(7_000), DAMAGED),
    "49 million coloured pixels": lambda: takes(hostile_images.large_png(), *ODD, "mixed_colours"),
    "49 million pixels of WebP": lambda: skips(
        hostile_images.BLANK_WEBP, TOO_LARGE, "cat/blank.webp"
    ),
    "49 million pixels of progressive JPEG": lambda: skips(
        hostile_images.blank_jpeg(), TOO_LARGE, "cat/blank.jpg"
    ),
    "a thread of a million pixels": lambda: takes(hostile_images.thread(1_000_000), *ODD),
    "one pixel": lambda: takes(image(1_000_001, 1), *ODD),
    "another size": lambda: takes(image(1_000_001, 300), *ODD),
    "a CMYK photograph": lambda: takes(
        encoded(hostile_images.picture(mode="CMYK"), "JPEG"), "mixed_colours", name="cat/c.jpg"
    ),
    "a palette": lambda: takes(encoded(hostile_images.picture(mode="P")), "mixed_colours"),
    "a see-through palette": lambda: takes(hostile_images.clear_palette(), "mixed_colours"),
    "a see-through image": lambda: takes(
        encoded(hostile_images.picture(mode="RGBA")), "mixed_colours"
    ),
    "a gray see-through image": lambda: takes(encoded(hostile_images.picture(mode="LA"))),
    "a 16-bit PNG": lambda: takes(hostile_images.deep_png()),
    "a photograph on its side": lambda: takes(
        hostile_images.sideways(), *ODD, "mixed_colours", name="cat/s.jpg"
    ),
    "a photograph on its side with another behind it": lambda: takes(
        hostile_images.sideways("MPO"), *ODD, "mixed_colours", name="cat/s.jpg"
    ),
    "broken notes in a photograph": lambda: takes(
        hostile_images.broken_exif(), "resized", "mixed_colours", name="cat/b.jpg"
    ),
    "half a photograph": lambda: skips(
        hostile_images.half(encoded(hostile_images.picture(64), "JPEG")), DAMAGED, "cat/half.jpg"
    ),
    "half a PNG": lambda: skips(hostile_images.half(image(1, 64)), DAMAGED),
    "no byte": lambda: skips(b"", DAMAGED),
    "text by the name of png": lambda: skips(b"These are words.", DAMAGED),
    "a drawing in SVG by the name of png": lambda: skips(
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", DAMAGED
    ),
    "a drawing in SVG": lambda: skips(
        b"<svg xmlns='http://www.w3.org/2000/svg'/>", NO_PICTURE, "cat/odd.svg"
    ),
    "a page by the name of jpg": lambda: skips(
        b"<html><script>alert(1)</script>", DAMAGED, "cat/odd.jpg"
    ),
    "a GIF that is a script too": lambda: takes(
        hostile_images.scripted_gif(), "mixed_colours", name="cat/odd.gif"
    ),
    "a script that begins as a GIF": lambda: skips(
        hostile_images.hollow_gif(), DAMAGED, "cat/odd.gif"
    ),
    "PostScript by the name of png": lambda: skips(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n(/etc/passwd) (r) file\n", DAMAGED
    ),
    "a PDF by the name of png": lambda: skips(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", DAMAGED),
    "a wrong checksum in a PNG": lambda: skips(hostile_images.wrong_checksum(), DAMAGED),
    "a PNG with a comment of 200 MB": lambda: skips(hostile_images.text_bomb(), DAMAGED),
    "a PNG with a colour profile of 200 MB": lambda: skips(hostile_images.profile_bomb(), DAMAGED),
    "an array of objects by the name of png": lambda: skips(hostile_images.object_array(), DAMAGED),
    "an array of objects": lambda: skips(hostile_images.object_array(), NO_PICTURE, "cat/odd.npy"),
    "a pickle by the name of png": lambda: skips(hostile_images.pickled(), DAMAGED),
    "a zip in a class folder": lambda: skips(
        hostile_zips.zip_bytes(class_folders()), NO_PICTURE, "cat/more.zip"
    ),
    "an image without an ending": lambda: skips(image(1), NO_PICTURE, "cat/odd"),
    "an image in no folder": lambda: skips(image(1), "not_in_a_class", "odd.png"),
}

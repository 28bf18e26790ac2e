"""A hundred uploads and more that are hostile or odd: name, maker, and what becomes of each."""

from __future__ import annotations

import stat
from collections.abc import Callable
from functools import partial

from tests.web import hostile, hostile_images, hostile_zips
from tests.web.cases import (
    BOMB,
    DAMAGED,
    DAMAGED_ZIP,
    ENDS_EARLY,
    NO_IMAGE,
    NOT_A_ZIP,
    ONE_CLASS,
    SPECIAL,
    TOO_LARGE,
    TWICE,
    Case,
    named,
    points_outside,
    refused,
)
from tests.web.corpus_images import IMAGES
from tests.web.corpus_text import TEXTS, TOO_SHORT
from tests.web.hostile import class_folders, image
from tests.web.hostile_zips import Entry, beside_honest, files, linked, only, patched, raw

CONTENT: dict[str, Callable[[], Case]] = {
    "one image in each class": lambda: refused(
        files({}, each=1), "has 1 different images to train on"
    ),
    "a class with one image": lambda: Case(
        files({"fox/1.png": image(1)}), warns=frozenset({"few_images", "small_classes_left_out"})
    ),
    "a class with one image many times": lambda: Case(
        files({f"fox/{n}.png": image(1) for n in range(20)}),
        warns=frozenset({"few_images", "small_classes_left_out"}),
    ),
    "a folder for each image": lambda: refused(
        only({f"{n}/1.png": image(1) for n in range(1001)}), "1001 class folders were found"
    ),
    "one class": lambda: refused(files({}, classes=("cat",)), ONE_CLASS),
    "one class that can be read": lambda: refused(
        files({"dog/1.png": b"broken"}, classes=("cat",)), ONE_CLASS
    ),
    "a read-me alone": lambda: refused(only({"cat/readme.txt": b"no image"}), TOO_SHORT),
    "no classes": lambda: refused(only({"cat/readme": b"no image"}), NO_IMAGE),
    "all images at the top": lambda: refused(
        only({f"{n}.png": image(n) for n in range(9)}), NO_IMAGE
    ),
    "no image that can be read": lambda: refused(
        only({"cat/1.png": b"x", "dog/1.png": b"y"}), NO_IMAGE
    ),
    "an empty zip": lambda: refused(only({}), NO_IMAGE),
    "a zip of zips": lambda: refused(
        only({"more/a.zip": hostile_zips.zip_bytes(class_folders())}), "holds other zip files"
    ),
    "weights of PyTorch": lambda: refused(
        only({"archive/data.pkl": hostile_images.pickled(), "archive/version": b"3"}), NO_IMAGE
    ),
}

NAMES: dict[str, Callable[[], Case]] = {
    "a name that climbs out": lambda: points_outside("../odd.png"),
    "a name that climbs out later": lambda: points_outside("cat/../../odd.png"),
    "an absolute name": lambda: points_outside("/etc/odd.png"),
    "a name on a drive": lambda: points_outside("C:\\odd.png"),
    "a name on a server": lambda: points_outside("\\\\server\\odd.png"),
    "a name that climbs out backwards": lambda: points_outside("..\\..\\odd.png"),
    "a name with a NUL": lambda: Case(
        beside_honest(Entry(b"cat/odd.png\0.exe", image(1_000_001))), images=41
    ),
    "a name that ends at a NUL and is there": lambda: refused(
        beside_honest(Entry(b"cat/0.png\0.exe", image(1))), TWICE
    ),
    "a name of nothing": lambda: Case(beside_honest(Entry(b"\0", image(1)), Entry(b"", image(1)))),
    "names of 300 characters": lambda: named("long" * 75, "dog"),
    "a name of 60,000 characters": lambda: named("long" * 15_000, "dog"),
    "a thousand folders in each other": lambda: Case(
        beside_honest(Entry(b"cat/" + b"deep/" * 1000 + b"odd.png", image(1_000_001))), images=41
    ),
    "names in many scripts": lambda: named("猫", "כלב", "кошка", "Ünïcode"),
    "one class in two spellings of one letter": lambda: Case(
        only(class_folders(("caf\u00e9", "dog")) | class_folders(("cafe\u0301",), 9, seed=9000)),
        says=TWICE,
    ),
    "accents taken apart": lambda: Case(
        only(class_folders(("cafe\u0301", "dog"))), classes=frozenset({"caf\u00e9", "dog"})
    ),
    "a name from right to left": lambda: named("\u202egnp.exe", "dog"),
    "names that bear scripts": lambda: named("<script>alert(1)", "{{ 7 * 7 }}{% debug %}"),
    "names that break lines": lambda: named("cat\r\nSet-Cookie: a=b", "dog"),
    "names of smileys": lambda: named("😀", "👩‍👩‍👧‍👦"),
    "names of spreadsheets": lambda: named("=1+1", "@SUM(A1)"),
    "names that percent signs fill": lambda: named("%(name)s", "%n%s%d"),
    "a folder of only dots": lambda: Case(files({".../odd.png": image(1)})),
    "names that Windows keeps for itself": lambda: named("CON", "NUL", "aux.png"),
    "classes that differ in capitals": lambda: named(
        "Cat", "cat", warns=frozenset({"similar_names"})
    ),
    "classes of spaces": lambda: named(" ", "dog", warns=frozenset({"blank_name"})),
    "classes that differ in spaces": lambda: named(
        "cat", "cat ", warns=frozenset({"similar_names"})
    ),
    "bytes that are no text": lambda: refused(
        beside_honest(Entry(b"cat/\xff\xfe.png")), DAMAGED_ZIP
    ),
    "an old packer's letters": lambda: Case(
        beside_honest(Entry(b"cat/\x84\x94.png", image(1_000_001), flags=0)), images=41
    ),
    "one name twice": lambda: refused(beside_honest(Entry(b"cat/0.png", image(1))), TWICE),
    "a file and a folder of one name": lambda: Case(
        beside_honest(Entry(b"cat/odd.png", image(1_000_001)), Entry(b"cat/odd.png/")), images=41
    ),
    "a link": lambda: refused(linked(stat.S_IFLNK), "holds a link"),
    "a link as a folder": lambda: refused(
        beside_honest(Entry(b"fox/", b"/etc", mode=stat.S_IFLNK | 0o777)), "holds a link"
    ),
    **{
        f"a {name}": partial(refused, linked(kind), SPECIAL)
        for name, kind in hostile_zips.DEVICES.items()
    },
}

ARCHIVES: dict[str, Callable[[], Case]] = {
    "no byte at all": lambda: refused(raw(b""), "This file is empty."),
    "words": lambda: refused(raw(b"These are the words of no zip. " * 99), NOT_A_ZIP),
    "a table": lambda: refused(raw(b"name,label\n=1+1,cat\n" * 999), NOT_A_ZIP),
    "a line of a megabyte": lambda: refused(raw(b"," * 2**20), NOT_A_ZIP),
    "an image": lambda: refused(raw(image(1)), NOT_A_ZIP),
    "an array": lambda: refused(raw(hostile_images.object_array()), NOT_A_ZIP),
    "a pickle": lambda: refused(raw(hostile_images.pickled()), NOT_A_ZIP),
    "a tar": lambda: refused(raw(hostile_zips.tarred("w")), NOT_A_ZIP),
    "a packed tar": lambda: refused(raw(hostile_zips.tarred("w:gz")), NOT_A_ZIP),
    "a gzip": lambda: refused(raw(hostile_zips.gzipped()), NOT_A_ZIP),
    "a rar": lambda: refused(raw(b"Rar!\x1a\x07\x01\0" + bytes(999)), NOT_A_ZIP),
    "a 7z": lambda: refused(raw(b"7z\xbc\xaf\x27\x1c\0\4" + bytes(999)), NOT_A_ZIP),
    "a zip behind a script": lambda: refused(
        hostile_zips.changed(lambda content: b"GIF89a<script>alert(1)</script>" + content),
        NOT_A_ZIP,
    ),
    "a zip cut off": lambda: refused(hostile_zips.changed(lambda c: bytes(c[:-500])), ENDS_EARLY),
    "a head without a body": lambda: refused(raw(b"PK\3\4 and nothing"), ENDS_EARLY),
    "a password": lambda: refused(hostile.encrypted, "protected by a password"),
    "one bad entry in the table of contents": lambda: refused(
        hostile_zips.changed(lambda c: bytes(c).replace(b"PK\1\2", b"XXXX", 1)), DAMAGED_ZIP
    ),
    "a table of contents that lies elsewhere": lambda: refused(
        patched(b"PK\5\6", 16, "<I", 2**31), DAMAGED_ZIP
    ),
    "a table of contents of 2 GB": lambda: refused(
        patched(b"PK\5\6", 12, "<I", 2**31), "more than 200000 files"
    ),
    "a wrong number of entries": lambda: Case(patched(b"PK\5\6", 10, "<H", 3)),
    "250,000 entries that claim to be 40": lambda: refused(
        hostile_zips.many, "more than 200000 files"
    ),
    "a hundred megabytes of zeros": lambda: refused(hostile.bomb, BOMB),
    "two gigabytes of zeros, ten megabytes each": lambda: refused(hostile_zips.flooding, BOMB),
    "files that lie in each other": lambda: refused(hostile_zips.overlapping, BOMB),
    "one file of five gigabytes of zeros": lambda: Case(
        hostile_zips.zeros, skipped={"cat/zeros.png": TOO_LARGE}
    ),
    "a size that is too small": lambda: Case(
        beside_honest(Entry(b"cat/odd.png", image(1), size=20)), skipped={"cat/odd.png": DAMAGED}
    ),
    "a size that is too large": lambda: Case(
        beside_honest(Entry(b"cat/odd.png", image(1_000_001), size=2**31)), images=41
    ),
    "a wrong checksum": lambda: Case(
        beside_honest(Entry(b"cat/odd.png", image(1), check=1)), skipped={"cat/odd.png": DAMAGED}
    ),
    "a way of packing that nobody knows": lambda: Case(
        beside_honest(Entry(b"cat/odd.png", image(1), hostile_zips.UNKNOWN)),
        skipped={"cat/odd.png": DAMAGED},
    ),
    "a dictionary of four gigabytes": lambda: Case(
        beside_honest(
            Entry(
                b"cat/odd.png", b"\x09\x14\x05\0\x5d\xff\xff\xff\xff" + bytes(99), hostile_zips.LZMA
            )
        ),
        skipped={"cat/odd.png": TOO_LARGE},
    ),
    "garbage where a packed image should be": lambda: Case(
        beside_honest(Entry(b"cat/odd.png", b"\xff" * 99, 8, 99)), skipped={"cat/odd.png": DAMAGED}
    ),
    "the longest comment": lambda: Case(hostile_zips.comment),
}

CORPUS = IMAGES | TEXTS | CONTENT | NAMES | ARCHIVES

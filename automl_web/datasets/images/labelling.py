"""Where the classes of images come from: the folders that they lie in, or a list in the zip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from automl_web.datasets.archive import Archive, Member
from automl_web.datasets.classes import merged
from automl_web.datasets.images.file_names import Names
from automl_web.datasets.images.groups import COLUMN, FEWEST, choices, group_of
from automl_web.datasets.images.label_file import LabelFile, files_in, look_through
from automl_web.datasets.images.layout import Item, Layout, arrange, looks_like_an_image
from automl_web.datasets.images.options import LIST, ImageOptions
from automl_web.datasets.parts import SPLIT_FOLDERS, SPLITS, TRAIN
from automl_web.datasets.refusals.of_images import NoLabelsError, UnmatchedNamesError
from automl_web.datasets.refusals.of_text import NoSuchColumnError
from automl_web.datasets.refusals.refusal import ContentError
from automl_web.datasets.unreadable import NO_LABEL

SHOWN_COLUMNS = 30


def lay_out(archive: Archive, options: ImageOptions) -> Layout:
    """Sort the images into classes, splits and groups, as they lie there and as a person chose.

    Class folders say what an image is, unless a list in the zip names nearly all of the images and
    leaves no doubt about their classes, or the folders are none of classes. Raises a ContentError.
    """
    images = [member for member in archive.members if looks_like_an_image(member)]
    names = Names(images if files_in(archive) else ())  # else nobody asks
    listed = look_through(archive, names) if images else None
    if listed is not None and _goes_by_list(archive.members, images, listed, options):
        layout = _by_list(archive, images, names, listed, options)
    else:
        layout = arrange(archive.members)
    layout.listed = _told(listed, layout, options)
    if options.group.startswith(COLUMN):
        _group_by_column(archive, names, listed, layout, options.group.removeprefix(COLUMN))
    _amend(layout, options)
    layout.groupings = [*choices(layout.items), *_columns_to_group_by(listed, layout)]
    return layout


def _goes_by_list(
    members: list[Member], images: list[Member], listed: LabelFile, options: ImageOptions
) -> bool:
    if options.labels:
        return options.labels == LIST
    try:
        folders = {label.lower() for label in arrange(members).classes}
    except ContentError:
        return True
    if folders <= set(SPLIT_FOLDERS):
        return bool(listed.found and listed.classes)
    return listed.is_clear and 2 * listed.found >= len(images)


def _by_list(
    archive: Archive,
    images: list[Member],
    names: Names,
    listed: LabelFile,
    options: ImageOptions,
) -> Layout:
    """Every image by the first line that names it; the others are left out."""
    _check(listed, images)
    label = listed.place_of(options.label) if options.label else listed.classes[0]
    found: dict[tuple[str, ...], Item] = {}
    layout = Layout(label=listed.columns[label].name)
    for row, part in listed.read(archive):
        member = names.find(row[listed.names])
        if member is None or not row[label]:
            continue
        split = part or _split_of(member, row, listed)
        first = found.setdefault(member.parts, Item(member, split, row[label]))
        if first.label != row[label] and first.id not in options.drop:
            layout.contradictions += 1
            layout.contradicted[first.id] = None
    for member in images:
        if member.parts not in found:
            layout.skip(member, NO_LABEL)
    layout.items = list(found.values())
    splits = {item.split for item in layout.items}
    if len(splits) > 1 and TRAIN in splits:
        layout.given = tuple(split for split in SPLITS if split in splits)
    else:
        for item in layout.items:
            item.split = TRAIN
    return layout


def _check(listed: LabelFile, images: list[Member]) -> None:
    """Raise unless the list names images, and says what they are."""
    file = listed.member.name[:200]
    if not listed.found:
        stranger = listed.columns[listed.names].stranger
        image = images[0].name[:200]
        raise UnmatchedNamesError(count=listed.rows, file=file, listed=stranger, image=image)
    if not listed.classes:
        raise NoLabelsError(file=file)


def _split_of(member: Member, row: list[str], listed: LabelFile) -> str:
    """What the list says, else the folder."""
    said = member.parts[:-1] if listed.split is None else (row[listed.split],)
    known = (SPLIT_FOLDERS.get(word.lower()) for word in said)
    return next(filter(None, known), TRAIN)


def _told(listed: LabelFile | None, layout: Layout, options: ImageOptions) -> dict[str, Any]:
    """What a page says of the list, as JSON; empty if there is none."""
    if listed is None or not listed.found:
        return {}
    able = [listed.columns[place].name for place in listed.classes]
    return {
        "file": listed.member.name[:200],
        "is_used": bool(layout.label),
        "label": layout.label or next(iter(able), ""),
        "names": listed.columns[listed.names].name,
        "split": "" if listed.split is None else listed.columns[listed.split].name,
        "able": able[:SHOWN_COLUMNS],
        "rows": listed.rows,
        "found": listed.found,
        "stranger": listed.columns[listed.names].stranger,
        "contradictions": layout.contradictions,
    }


def _group_by_column(
    archive: Archive, names: Names, listed: LabelFile | None, layout: Layout, column: str
) -> None:
    """Give each item the group that the list says."""
    if listed is None:
        raise NoSuchColumnError(name=column[:200])
    place = listed.place_of(column)
    groups: dict[tuple[str, ...], str] = {}
    for row, _part in listed.read(archive):
        member = names.find(row[listed.names])
        if member is not None:
            groups.setdefault(member.parts, row[place])
    for item in layout.items:
        item.group = groups.get(item.member.parts, "")


def _columns_to_group_by(listed: LabelFile | None, layout: Layout) -> Iterable[dict[str, Any]]:
    """The columns of the list that may name groups, as JSON."""
    if listed is None or not listed.found:
        return
    for place, column in list(enumerate(listed.columns))[:SHOWN_COLUMNS]:
        if place in {listed.names, listed.split} or column.name == layout.label:
            continue
        if len(column.values) >= FEWEST:
            yield {"pattern": f"{COLUMN}{column.name}", "column": column.name}


def _amend(layout: Layout, options: ImageOptions) -> None:
    """Leave out, merge and group as a person chose."""
    by_name = bool(options.group) and not options.group.startswith(COLUMN)
    layout.items = [item for item in layout.items if item.id not in options.drop]
    for item in layout.items:
        item.label = merged(item.label, options.merge)
        if by_name:
            item.group = group_of(options.group, item.member.parts)

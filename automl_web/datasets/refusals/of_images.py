"""Images that make no dataset."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from automl_web.datasets.refusals.refusal import ContentError


class NoImagesError(ContentError):
    sentence = _(
        "No image was found in class folders. Make one folder a class, put PNG, JPEG, BMP, GIF or "
        "WebP images into it, and zip the folders."
    )


class OneClassError(ContentError):
    sentence = _(
        "Only one class was found (“%(name)s”). Telling things apart needs at least two: "
        "make one folder a class."
    )


class TooManyClassesError(ContentError):
    sentence = _(
        "%(count)s class folders were found, and we take at most %(limit)s. If each image lies in a "
        "folder of its own, put those of one class together."
    )


class TooFewImagesError(ContentError):
    sentence = _(
        "Class “%(name)s” has %(count)s different images to train on, and at least %(minimum)s are "
        "needed. Add images, or leave this class out."
    )


class TooFewGroupsError(ContentError):
    sentence = _(
        "Class “%(name)s” cannot be in every part: only %(count)s images or groups of images of it "
        "are there to draw from, and %(minimum)s are needed. Choose another grouping, add images, "
        "or leave this class out."
    )


class UnmatchedNamesError(ContentError):
    sentence = _(
        "None of the %(count)s lines of “%(file)s” names an image that is in the zip: one says "
        "“%(listed)s”, for example, and an image is called “%(image)s”. Name both alike, or put the "
        "images of each class into a folder of its own."
    )


class NoLabelsError(ContentError):
    sentence = _(
        "“%(file)s” names images, but no other column of it can be their class. Add a column with "
        "the class of each image."
    )

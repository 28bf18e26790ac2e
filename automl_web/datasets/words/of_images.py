"""What is said of images."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from automl_web.datasets.words.card import Card

CARDS = {
    "few_images": Card(
        _("Small classes"),
        ngettext_lazy(
            "Class “%(name)s” has %(images)s images. Below about %(enough)s the result will "
            "mostly be luck.",
            "%(count)s classes have fewer than %(enough)s images; “%(name)s” has only %(images)s. "
            "For them the result will mostly be luck.",
            "count",
        ),
        _("Add images, merge classes, leave the small ones out, or go on."),
        _("Leave these classes out"),
        ngettext_lazy("%(count)s class left out", "%(count)s classes left out", "count"),
    ),
    "copies": Card(
        _("Duplicates"),
        ngettext_lazy(
            "%(count)s image is an exact copy of another in its class.",
            "%(count)s images are exact copies of others in their classes.",
            "count",
        ),
        _("Copies count more than once in training, and teach nothing new."),
        _("Leave the copies out"),
        ngettext_lazy("%(count)s copy left out", "%(count)s copies left out", "count"),
    ),
    "copies_across": Card(
        _("The same image in several classes"),
        ngettext_lazy(
            "%(count)s image also lies in another class.",
            "%(count)s images also lie in other classes.",
            "count",
        ),
        _("At most one of the classes is right, and nobody can say which. A model learns neither."),
        _("Leave them all out"),
        ngettext_lazy(
            "%(count)s image of several classes left out",
            "%(count)s images of several classes left out",
            "count",
        ),
    ),
    "near_copies": Card(
        _("Near duplicates"),
        ngettext_lazy(
            "%(count)s image is nearly the same as another.",
            "%(count)s images are nearly the same as others.",
            "count",
        ),
        _("They were saved again, made larger or brightened, and teach hardly anything new."),
        _("Keep one of each"),
        ngettext_lazy(
            "%(count)s near duplicate left out",
            "%(count)s near duplicates left out",
            "count",
        ),
    ),
    "too_many_alike": Card(
        _("Very many alike"),
        _("So many images look alike that not all of them were compared."),
        _("Leave out those that were found; the next version is searched for more."),
    ),
    "copies_in_test": Card(
        _("The same image in training and test"),
        ngettext_lazy(
            "%(count)s of %(images)s test images is also among those trained on.",
            "%(count)s of %(images)s test images are also among those trained on.",
            "count",
        ),
        _("The model has seen them before, so the test score will be too good."),
        _("Leave the training copies out"),
        ngettext_lazy(
            "the training copies of %(count)s test image left out",
            "the training copies of %(count)s test images left out",
            "count",
        ),
    ),
    "near_copies_in_test": Card(
        _("Nearly the same image in training and test"),
        ngettext_lazy(
            "%(count)s of %(images)s test images is nearly the same as one that is trained on.",
            "%(count)s of %(images)s test images are nearly the same as ones that are trained on.",
            "count",
        ),
        _("The model has all but seen them before, so the test score will be too good."),
        _("Leave the training images out"),
        ngettext_lazy(
            "training images like %(count)s test image left out",
            "training images like %(count)s test images left out",
            "count",
        ),
    ),
    "outlying_sizes": Card(
        _("Odd sizes"),
        ngettext_lazy(
            "%(count)s image is far from the common size of %(width)s by %(height)s pixels.",
            "%(count)s images are far from the common size of %(width)s by %(height)s pixels.",
            "count",
        ),
        _("Brought to one size they are blurred or squeezed, and may be no examples of the class."),
        _("Leave them out"),
        ngettext_lazy(
            "%(count)s image of an odd size left out",
            "%(count)s images of odd sizes left out",
            "count",
        ),
    ),
    "resized": Card(
        _("Sizes"),
        ngettext_lazy(
            "%(count)s image had another size and was brought to %(width)s by %(height)s pixels.",
            "%(count)s images had another size and were brought to %(width)s by %(height)s pixels.",
            "count",
        ),
        _("A network needs all of one size. Another one can be chosen."),
        by_hand=True,
    ),
    "mixed_colours": Card(
        _("Gray and coloured"),
        _("%(gray)s of %(images)s images are gray and the others coloured."),
        _("All are taken as coloured. If a class is mostly gray, the model may learn just that."),
        _("Take all as gray"),
        _("all taken as gray"),
    ),
    "unmatched_names": Card(
        _("Lines that name no image"),
        ngettext_lazy(
            "%(count)s of %(rows)s lines of “%(file)s” names no image in the zip: “%(listed)s”.",
            "%(count)s of %(rows)s lines of “%(file)s” name no image in the zip; one says "
            "“%(listed)s”.",
            "count",
        ),
        _("Nothing is learnt from them. If the images should be there, upload them as well."),
    ),
    "listed_twice": Card(
        _("Images with two classes"),
        ngettext_lazy(
            "%(count)s line of “%(file)s” gives an image another class than a line before it.",
            "%(count)s lines of “%(file)s” give an image another class than a line before them.",
            "count",
        ),
        _(
            "The first line was taken. If an image can be several things at once, we cannot learn it."
        ),
        _("Leave these images out"),
        ngettext_lazy(
            "images with %(count)s contradicting line left out",
            "images with %(count)s contradicting lines left out",
            "count",
        ),
    ),
    "drawn_anew": Card(
        _("Another test part"),
        _("Training, validation and test were drawn anew, as you chose."),
        _("Test scores of this version and of earlier ones cannot be compared."),
    ),
    "moving": Card(
        _("Moving images"),
        ngettext_lazy(
            "%(count)s image moves; only its first picture was taken.",
            "%(count)s images move; only the first picture of each was taken.",
            "count",
        ),
        _("A model sees one picture at a time. Often the first is empty: look whether these are."),
        _("Leave them out"),
        ngettext_lazy(
            "%(count)s moving image left out", "%(count)s moving images left out", "count"
        ),
    ),
}

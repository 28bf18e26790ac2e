"""The fields that edit a set of architectures: the catalogue by the kind of the set's declaration."""

from __future__ import annotations

from automl_web.runs.sets import cell_net, hier, nb201, residual
from automl_web.runs.sets.fields import SetFields

FIELDS: dict[str, SetFields] = {
    "cell_net": cell_net.FIELDS,
    "residual": residual.FIELDS,
    "nb201": nb201.FIELDS,
    "hier": hier.FIELDS,
}
"""One file, and one line here. A set of another kind is edited as JSON."""

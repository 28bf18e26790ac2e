"""Figures of a model of a table, as Plotly reads them: importances, predicted against true, residuals."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from automl_web.registry.models import ModelVersion
from automl_web.registry.views import model_or_404

MOST_BARS = 20
BAR_HEIGHT, FRAME_HEIGHT = 24, 60  # pixels
LONGEST_NAME = 40

BLUE, ORANGE = "#0072b2", "#d55e00"  # Okabe and Ito's, as in all figures

Figure = dict[str, Any]


@require_safe
def figure(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The data of one figure of a model that the person may see."""
    found = model_or_404(request, pk)
    drawings = {"importance": _importance, "predicted": _predicted, "residuals": _residuals}
    needed = "importance" if name == "importance" else "points"
    if name not in drawings or not found.results.get(needed):
        raise Http404
    return JsonResponse(drawings[name](found))


def _importance(model: ModelVersion) -> Figure:
    """A bar a column, the one that matters most on top, with the deviation over the shuffles."""
    found = sorted(model.results["importance"], key=lambda each: -each["mean"])[:MOST_BARS][::-1]
    classes = bool(model.run.dataset.classes)
    scale = 100 if classes else 1
    title = _("Accuracy lost, in points") if classes else _("Error added (RMSE)")
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(found))),  # two long names may be cut to the same
        "x": [scale * each["mean"] for each in found],
        "error_x": {"type": "data", "array": [scale * each["deviation"] for each in found]},
        "hovertemplate": "%{x:.3g}<extra></extra>",
        "marker": {"color": BLUE},
    }
    ticks = {"tickvals": bars["y"], "ticktext": [_label(each["name"]) for each in found]}
    height = FRAME_HEIGHT + BAR_HEIGHT * len(found)
    layout = {"xaxis": {"title": {"text": title}}, "yaxis": ticks, "height": height}
    return {"data": [bars], "layout": {**layout, "showlegend": False}}


def _predicted(model: ModelVersion) -> Figure:
    """Each test row by its true and its predicted value; the line is where both are the same."""
    true, predicted = zip(*model.results["points"], strict=True)
    ends = [min(true + predicted), max(true + predicted)]
    line = {"type": "scatter", "mode": "lines", "x": ends, "y": ends, "hoverinfo": "skip"}
    traces = [_dots(true, predicted), {**line, "line": {"color": ORANGE, "dash": "dash"}}]
    return _framed(traces, _("True value"), _("Predicted value"))


def _residuals(model: ModelVersion) -> Figure:
    """By how much each test row is predicted too high, against the prediction."""
    true, predicted = zip(*model.results["points"], strict=True)
    off = [guess - value for value, guess in zip(true, predicted, strict=True)]
    ends = [min(predicted), max(predicted)]
    line = {"type": "scatter", "mode": "lines", "x": ends, "y": [0, 0], "hoverinfo": "skip"}
    traces = [_dots(predicted, off), {**line, "line": {"color": ORANGE, "dash": "dash"}}]
    return _framed(traces, _("Predicted value"), _("Predicted minus true"))


def _dots(x: Any, y: Any) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "marker": {"size": 6, "opacity": 0.6, "color": BLUE},
        "hovertemplate": "%{x:.4g} · %{y:.4g}<extra></extra>",
    }


def _framed(traces: list[Figure], x: str, y: str) -> Figure:
    axes = {"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}
    return {"data": traces, "layout": {**axes, "showlegend": False, "hovermode": "closest"}}


def _label(name: str) -> str:
    """A column's name for Plotly, which reads a little HTML in its labels."""
    short = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

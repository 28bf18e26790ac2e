/** The page's one script: styles, htmx, keys, and the custom elements. */

import "@tabler/core/dist/js/tabler.esm.min.js"
import "./style.css"
import "./htmx"
import { BestSoFar } from "./elements/best-so-far"
import { CellDiagram } from "./elements/cell-diagram"
import { EdgeWeights } from "./elements/edge-weights"
import { ImageDrop } from "./elements/image-drop"
import { LearningCurves } from "./elements/learning-curves"
import { LocalTime } from "./elements/local-time"
import { MethodFilter } from "./elements/method-filter"
import { ParetoFront } from "./elements/pareto-front"
import { PlotlyFigure } from "./elements/plotly-figure"
import { RunImportance } from "./elements/run-importance"
import { RunInsight } from "./elements/run-insight"
import { RunLive } from "./elements/run-live"
import { RunLog } from "./elements/run-log"
import { RunStatus } from "./elements/run-status"
import { ThemeToggle } from "./elements/theme-toggle"
import { TrialTable } from "./elements/trial-table"
import { UploadBegun } from "./elements/upload-begun"
import { UploadForm } from "./elements/upload-form"
import { onKey } from "./keyboard"

document.addEventListener("keydown", onKey)

customElements.define("run-live", RunLive) // first: the elements inside it look for it
customElements.define("run-status", RunStatus)
customElements.define("learning-curves", LearningCurves)
customElements.define("best-so-far", BestSoFar)
customElements.define("trial-table", TrialTable)
customElements.define("run-log", RunLog)
customElements.define("upload-form", UploadForm)
customElements.define("upload-begun", UploadBegun)
customElements.define("image-drop", ImageDrop)
customElements.define("local-time", LocalTime)
customElements.define("method-filter", MethodFilter)
customElements.define("theme-toggle", ThemeToggle)
customElements.define("plotly-figure", PlotlyFigure)
customElements.define("cell-diagram", CellDiagram)
customElements.define("edge-weights", EdgeWeights)
customElements.define("pareto-front", ParetoFront)
customElements.define("run-insight", RunInsight)
customElements.define("run-importance", RunImportance)

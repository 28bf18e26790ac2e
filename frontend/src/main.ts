/** The page's one script: styles, htmx, and the custom elements. */

import "@tabler/core/dist/js/tabler.esm.min.js"
import "./style.css"
import "./htmx"

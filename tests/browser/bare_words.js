// Words on the page that did not go through gettext: outside ⟦ ⟧, and not somebody's own (translate="no").
() => {
  const OWN = "[translate=no]"
  const SILENT = `script, style, template, code, pre, kbd, textarea, ${OWN}`
  const ATTRIBUTES = ["placeholder", "aria-label", "aria-description", "title", "alt", "data-title", "data-label"]
  // A number may carry its unit; e is a power of ten.
  const UNITS = /\d\s?(?:k|M|G|B|kB|MB|GB|TB|ms|s|min|h|d|px|e[+-]?\d+|E[+-]?\d+)\b/gu
  const found = []

  let depth = 0 // a sentence with an element inside it is opened in one text node and closed in another
  const outside = (text) => {
    let letters = ""
    for (const letter of text) {
      if (letter === "⟦") depth += 1
      if (depth === 0) letters += letter
      if (letter === "⟧") depth -= 1
    }
    return letters.replace(UNITS, "0")
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest(SILENT)) continue
    if (/\p{L}/u.test(outside(node.data))) found.push(`${node.parentElement.tagName}: ${node.data.trim()}`)
  }

  for (const element of document.querySelectorAll("body *")) {
    if (element.closest(OWN)) continue
    const names = element.matches("input[type=submit], input[type=button]") ? [...ATTRIBUTES, "value"] : ATTRIBUTES
    for (const name of names) {
      const text = element.getAttribute(name) ?? ""
      if (/\p{L}/u.test(outside(text))) found.push(`${element.tagName} ${name}: ${text}`)
    }
  }
  return found
}

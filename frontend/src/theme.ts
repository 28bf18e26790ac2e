/** Sets light or dark before the first paint: what was chosen here, else what the system prefers. */

{
  const system = matchMedia("(prefers-color-scheme: dark)")
  const apply = (): void => {
    const chosen = localStorage.getItem("theme")
    const dark = chosen ? chosen === "dark" : system.matches
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light"
  }
  apply()
  system.addEventListener("change", apply)
}

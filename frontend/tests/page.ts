/** Put HTML into the page whole, as it stands when a deferred script runs. */
export function put(html: string): void {
  const holder = document.createElement("div")
  holder.innerHTML = html
  document.body.replaceChildren(holder)
}

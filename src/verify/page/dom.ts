/** Elements of the page. Text comes in as text alone: nothing that a package holds is ever read as markup. */

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no element "${id}"`)
  return found as T
}

/** @param attributes `text` is its text */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute === 'text') element.textContent = value
    else element.setAttribute(attribute, value)
  }
  element.append(...children)
  return element
}

export function fill(element: HTMLElement, children: readonly Node[]): void {
  element.replaceChildren(...children)
}

/**
 * A button that waits for its answer is disabled, and what is disabled loses the focus: by keyboard one would begin anew at
 * the top of the page. It gets the focus back with its answer, unless something else has taken it meanwhile.
 * @returns what ends it
 */
export function keepFocus(root: Document = document): () => void {
  let lost: HTMLButtonElement | null = null
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (!(target instanceof HTMLButtonElement)) continue
      if (target.disabled) {
        // It is called before the next frame, with which the browser takes the focus away.
        if (root.activeElement === target) lost = target
      } else if (target === lost) {
        lost = null
        if (root.activeElement === root.body || root.activeElement === null) target.focus({ preventScroll: true })
      }
    }
  })
  observer.observe(root, { subtree: true, attributeFilter: ['disabled'] })
  return () => observer.disconnect()
}

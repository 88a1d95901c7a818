import type { Page } from 'playwright-core'

/** What holds for each page beyond what axe looks at. Each returns a line for each thing that is wrong. */

/** A verdict is told by a sign and a word, so that nobody needs its colour. */
export function pillsBySignAndWord(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.pill')].flatMap((pill) => {
      const sign = pill.querySelector('[aria-hidden="true"]')?.textContent?.trim() ?? ''
      const word = (pill.textContent ?? '').replace(sign, '').trim()
      return sign.length > 0 && word.length > 1 ? [] : [`verdict by colour alone: ${pill.outerHTML}`]
    }),
  )
}

/** Nothing has failed: with the sample as it is made, no page has anything red to say. */
export function noProblems(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('[role="alert"], .card.problem')].map((one) => `says: ${one.textContent}`),
  )
}

/** Nothing that should have been put into words stands there as an object: the types let `String(…)` of a saying pass. */
export function noObjects(page: Page): Promise<string[]> {
  return page.evaluate(() => document.body.textContent.match(/.{0,60}\[object \w+\].{0,60}/g) ?? [])
}

/** Nothing is wider than the window: what must be wide scrolls by itself. */
export function nothingSideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const wide = [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > clientWidth + 1)
      .map((one) => `${one.tagName.toLowerCase()}.${one.className}`)
    return [`${scrollWidth - clientWidth} px wider than the window: ${wide.slice(0, 6).join(' > ')}`]
  })
}

/** A table whose columns go on outside of it says so: a number that is cut off reads as a smaller one. */
export function cutTablesSaySo(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.grid-scroll')].flatMap((one) => {
      const cut = one.scrollWidth > one.clientWidth + 1
      const told = one.nextElementSibling?.matches('.more-columns') === true
      return cut === told
        ? []
        : [`${one.ariaLabel}: ${cut ? 'cut, and does not say so' : 'says it is cut, and is not'}`]
    }),
  )
}

/** A finding in a table stays inside of its cell. */
export function findingsInsideCells(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.grid-row .pill')].flatMap((one) => {
      const cell = one.closest('[role="cell"]')?.getBoundingClientRect()
      if (cell === undefined || one.getBoundingClientRect().right <= cell.right + 1) return []
      return [`"${one.textContent}" is wider than its cell`]
    }),
  )
}

/** Words stay inside of their buttons; one that waits for its answer shows a sign of it in their place. */
export function wordsInsideButtons(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, a.btn, [role="tab"]')].flatMap((one) => {
      const box = one.getBoundingClientRect()
      if (box.width < 2 || getComputedStyle(one).clipPath !== 'none' || one.matches('[data-loading="true"]')) return []
      const words = document.createTreeWalker(one, NodeFilter.SHOW_TEXT)
      let cut = false
      for (let node = words.nextNode(); node !== null; node = words.nextNode()) {
        if (node.parentElement?.closest('.unseen') != null) continue
        const range = document.createRange()
        range.selectNodeContents(node)
        cut ||= [...range.getClientRects()].some(
          (part) =>
            part.width > 1 && (part.right > box.right + 1 || part.left < box.left - 1 || part.bottom > box.bottom + 2),
        )
      }
      // what the library cuts with an ellipsis is cut all the same
      const inner = [...one.querySelectorAll(':not(.unseen)')].some(
        (part) => part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1,
      )
      return cut || inner ? [`the words of a button are cut: "${one.textContent}"`] : []
    }),
  )
}

/** Where less motion is asked for, nothing moves. */
export function nothingMoves(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const moving = (one: Element, pseudo?: string) => {
      const { transitionDuration, animationDuration, animationName } = getComputedStyle(one, pseudo)
      const lasts = (text: string) => text.split(',').some((part) => Number.parseFloat(part) > 0.02)
      return lasts(transitionDuration) || (animationName !== 'none' && lasts(animationDuration))
    }
    const found = [...document.querySelectorAll('body *')].filter(
      (one) => moving(one) || moving(one, '::before') || moving(one, '::after'),
    )
    return [...new Set(found.map((one) => `moves: ${one.tagName.toLowerCase()}.${one.getAttribute('class')}`))]
  })
}

const MOST_STEPS = 400

/** With the Tab key alone everything that can be used is reached, in view, and one sees where one is. */
export async function reachedByKeyboard(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    const ring = (one: Element) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } =
        getComputedStyle(one)
      return [
        outlineStyle === 'none' ? '' : outlineWidth + outlineColor,
        boxShadow,
        borderColor,
        backgroundColor,
      ].join()
    }
    // a radio button or a file's input may be drawn by what stands beside it
    const drawn = (one: Element) =>
      [one, one.parentElement, one.closest('label'), ...(one.parentElement?.children ?? [])]
        .map((part) => (part === null ? '' : ring(part)))
        .join('|')
    const usable =
      'a[href], button:not(:disabled), input:not(:disabled, [type=hidden]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]'
    const candidates = [...document.querySelectorAll<HTMLElement>(usable)].filter(
      (one) =>
        one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }) && one.closest('[inert]') === null,
    )
    const before = new Map(candidates.map((one) => [one, drawn(one)]))
    Object.assign(window, { keyboardCheck: { before, drawn, reached: new Set<Element>() } })
    window.scrollTo(0, 0)
    // Tab goes on from where the focus last was, also after a blur: from above everything else
    const top = document.createElement('span')
    top.tabIndex = -1
    document.body.prepend(top)
    top.focus()
    top.remove()
  })
  const problems = new Set<string>()
  for (let step = 0; step < MOST_STEPS; step++) {
    await page.keyboard.press('Tab')
    const now = await page.evaluate(() => {
      type Check = { before: Map<Element, string>; drawn(one: Element): string; reached: Set<Element> }
      const { before, drawn, reached } = (window as unknown as { keyboardCheck: Check }).keyboardCheck
      const one = document.activeElement
      if (one === null || one === document.body) return 'end'
      // a date has a stop for each of its parts
      if ([...reached].at(-1) === one) return ''
      if (reached.has(one)) return 'end'
      reached.add(one)
      const name = `${one.tagName.toLowerCase()} "${(one.getAttribute('aria-label') ?? one.textContent ?? '').slice(0, 40)}"`
      const box = one.getBoundingClientRect()
      const at = one.matches('input') ? (one.parentElement?.getBoundingClientRect() ?? box) : box
      if (at.bottom < 0 || at.top > innerHeight) return `the focus is out of sight: ${name}`
      return before.get(one) === drawn(one) ? `no focus is seen: ${name}` : ''
    })
    if (now === 'end') break
    if (now !== '') problems.add(now)
  }
  const missed = await page.evaluate(() => {
    const { before, reached } = (
      window as unknown as { keyboardCheck: { before: Map<HTMLElement, string>; reached: Set<Element> } }
    ).keyboardCheck
    const group = (one: Element) => (one instanceof HTMLInputElement && one.type === 'radio' ? one.name : null)
    const groups = new Set([...reached].map(group))
    return [...before.keys()]
      .filter((one) => one.isConnected && !reached.has(one) && (group(one) === null || !groups.has(group(one))))
      .map((one) => `not reached by keyboard: ${one.tagName.toLowerCase()} "${one.textContent?.slice(0, 40)}"`)
  })
  return [...problems, ...missed]
}

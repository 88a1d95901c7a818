import { hostname, userInfo } from 'node:os'
import type { Page } from 'playwright-core'

/**
 * What is data and not a word of the window: what is quoted as it is (identifiers, digests, commands, citations, file text), and what
 * carries `data-words="none"`: names and messages that come from the profile, an archive or the engine.
 */
const DATA = 'code, pre, kbd, samp, cite, textarea, .mono, .brand, .control-name, [data-words="none"]'

/** What the sample of sample-world.ts is called, and what the journal, which is the same in each language, recorded. */
const DATA_TEXTS = [
  /^REG-2026-014/,
  /^(All p|P)ayments of customer C17/,
  /^[Tt]he supervisor/,
  /^(sample-ledger|jane-doe|Jane Doe|Sample archive|Ledger (weekly|cluster)|ledger-[a-z]+|settlement)$/,
  /\((Ada Sample|Jane Doe)\)$/,
  /^\/[\w./-]+$/,
  /^(journal key|key [0-9a-f]{16})$/,
  /^https:\/\/$/,
  /^file:\/\/\/[\w./-]+$/,
  /^monthly-[0-9a-f-]{36}[a-z.]*( \(Signature\d+\))?$/,
  /^Jane Doe( evidence root [0-9a-f]+)?, Example Bank$/,
  /^(ledger-\*|zstd|ECDSA-P256-SHA256|SHA-256)$/,
  /^(Records officer|reviewed|coffer \d+\.\d+\.\d+)$/,
  // the paper, which is called so in every language
  /^Letter$/,
].map(({ source }) => source)
const PERSON = [userInfo().username, `${userInfo().username}@${hostname()}`]

/**
 * The texts of a page in the pseudo-locale that no locale has: text nodes that are seen, accessible names, tooltips and
 * placeholders. Numbers, dates and times of this machine are nobody's words.
 */
export function unmarkedTexts(page: Page): Promise<string[]> {
  return page.evaluate(
    ({ data, texts, person }) => {
      const known = texts.map((source) => new RegExp(source))
      const isData = (text: string) => person.includes(text) || known.some((one) => one.test(text))
      const MONTHS = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|UTC|kB|MB|GB|TB|B)\b/g
      const hasWords = (text: string) => /\p{L}{2,}/u.test(text.replaceAll(MONTHS, ''))
      const isMarked = (text: string) => text.includes('⟦') || text.includes('⟧')
      // one text, from its mark to its mark: a table that begins and ends with a marked cell is many
      const isOneText = (text: string) => {
        if (!text.startsWith('⟦')) return false
        let depth = 0
        for (let i = 0; i < text.length; i++) {
          if (text[i] === '⟦') depth++
          else if (text[i] === '⟧' && --depth === 0) return i === text.length - 1
        }
        return false
      }
      // a text with a tag in it is cut into nodes: then the whole of it is marked
      const insideMarked = (node: Node) => {
        for (let one = node.parentElement; one !== null && one !== document.body; one = one.parentElement) {
          if (isOneText(one.textContent?.trim() ?? '')) return true
        }
        return false
      }
      const found: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const text = node.textContent?.trim() ?? ''
        const parent = node.parentElement
        if (text === '' || parent === null || !hasWords(text) || isMarked(text) || isData(text)) continue
        if (parent.closest(data) !== null || !parent.checkVisibility({ visibilityProperty: true })) continue
        if (!insideMarked(node)) found.push(`${parent.tagName.toLowerCase()}.${parent.className}: ${text}`)
      }
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        for (const one of document.querySelectorAll(`body [${name}]`)) {
          const text = one.getAttribute(name) ?? ''
          if (hasWords(text) && !isMarked(text) && !isData(text) && one.closest(data) === null) {
            found.push(`${one.tagName.toLowerCase()} ${name}: ${text}`)
          }
        }
      }
      return [...new Set(found)]
    },
    { data: DATA, texts: DATA_TEXTS, person: PERSON },
  )
}

/** Opens what is folded away: its words count too. */
export function openAll(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const one of document.querySelectorAll('details')) one.open = true
  })
}

/**
 * Sentences that stay English in a window of another language, and are marked as such: but for citations, and for what is
 * quoted as the program said it, beside its meaning in the window's language (`data-words="none"`).
 */
export function englishTexts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('body [lang="en"]')]
      .filter((one) => one.closest('cite, [data-words="none"]') === null)
      .map((one) => one.textContent?.trim() ?? ''),
  )
}

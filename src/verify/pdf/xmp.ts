import { utf8 } from '../bytes.ts'

/** What a program may write anew when it adds a revision. */
const VOLATILE = new Set(['pdf:Producer', 'xmp:ModifyDate', 'xmp:MetadataDate', 'x:xmptk'])
const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([\w.-]+(?::[\w.-]*)?)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * Whether two XMP packets (ISO 16684-1) say the same: the same values of the same properties, however they are written
 * down, but for the program and the time of the change.
 */
export function sameStatements(old: Uint8Array, now: Uint8Array): boolean {
  const before = statements(old)
  const after = statements(now)
  return (
    before !== null &&
    after !== null &&
    before.length === after.length &&
    before.every((one, index) => one === after[index])
  )
}

/** Sorted `property=value`; null where it can't be read. */
function statements(bytes: Uint8Array): string[] | null {
  const text = utf8(bytes)
  if (text === null) return null
  const found: string[] = []
  const open: string[] = []
  let at = 0
  while (at < text.length) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)
    if (token === null) return null
    at = TOKEN.lastIndex
    const [, closing, name, attributes = '', empty, words] = token
    if (words !== undefined) note(found, open, words)
    if (name === undefined) continue
    if (closing === '/') {
      if (open.pop() !== name) return null
      continue
    }
    open.push(name)
    for (const [, attribute = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
      const value = double ?? single ?? ''
      if (attribute === 'rdf:resource') note(found, open, value)
      else if (attribute === 'xml:lang') note(found, [...open, 'xml:lang'], value)
      else if (!/^(?:xmlns|rdf|xml)(?::|$)/.test(attribute)) note(found, [...open, attribute], value)
    }
    if (empty === '/') open.pop()
  }
  return open.length === 0 ? found.sort() : null
}

function note(found: string[], path: readonly string[], raw: string): void {
  const value = raw.replace(/^\uFEFF/, '').trim()
  if (value === '') return
  const property = path.findLast((name) => !name.startsWith('rdf:')) ?? ''
  if (!VOLATILE.has(property)) found.push(`${property}=${value}`)
}

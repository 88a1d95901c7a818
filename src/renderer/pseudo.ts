const ACCENTS: Record<string, string> = {
  a: 'á',
  c: 'ç',
  d: 'đ',
  e: 'é',
  g: 'ğ',
  h: 'ĥ',
  i: 'í',
  l: 'ł',
  n: 'ñ',
  o: 'ö',
  r: 'ř',
  s: 'š',
  t: 'ť',
  u: 'ü',
  y: 'ý',
  z: 'ž',
  A: 'Å',
  C: 'Ç',
  E: 'É',
  I: 'Í',
  N: 'Ñ',
  O: 'Ø',
  S: 'Š',
  U: 'Ü',
}

/** Texts as `⟦Ŧéxť öñé~~⟧`: marked, a third longer, `{{names}}` and `<tags>` left as they are. */
export function pseudo<T>(texts: T): T {
  if (typeof texts === 'string') return mark(texts) as T
  if (typeof texts !== 'object' || texts === null) return texts
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, pseudo(value)])) as T
}

function mark(text: string): string {
  const changed = text
    .split(/(\{\{.*?\}\}|<[^>]+>|\$t\(.*?\))/)
    .map((part, at) => (at % 2 === 1 ? part : [...part].map((one) => ACCENTS[one] ?? one).join('')))
    .join('')
  return `⟦${changed}${'~'.repeat(Math.ceil(text.length / 3))}⟧`
}

/** A JSON number taken apart: sign, digits without zeros at either end, and the power of ten of the last digit. */
interface Decimal {
  negative: boolean
  digits: string
  exponent: number
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
const ZERO = 0x30
/** Beyond this an exponent is a trick, not an amount. */
const MAX_EXPONENT = 100_000

/**
 * Compares two JSON numbers exactly, however many digits they have.
 * @returns negative, 0 or positive; null where one is no number or has an exponent beyond 100,000
 */
export function compareDecimals(a: string, b: string): number | null {
  const left = decimalOf(a)
  const right = decimalOf(b)
  if (left === null || right === null) return null
  if (left.digits === '' || right.digits === '') return signOf(left) - signOf(right)
  if (left.negative !== right.negative) return left.negative ? -1 : 1
  return left.negative ? -compareSizes(left, right) : compareSizes(left, right)
}

function signOf({ negative, digits }: Decimal): number {
  return digits === '' ? 0 : negative ? -1 : 1
}

function compareSizes(a: Decimal, b: Decimal): number {
  const magnitude = a.exponent + a.digits.length - (b.exponent + b.digits.length)
  if (magnitude !== 0) return magnitude
  const width = Math.max(a.digits.length, b.digits.length)
  const [left, right] = [a.digits.padEnd(width, '0'), b.digits.padEnd(width, '0')]
  return left < right ? -1 : left > right ? 1 : 0
}

function decimalOf(text: string): Decimal | null {
  const parts = NUMBER.exec(text)
  if (parts === null) return null
  const [, sign, whole = '', fraction = '', power = '0'] = parts
  const all = `${whole}${fraction}`
  // by hand: a pattern for zeros at the end takes quadratic time where there are many before it
  let from = 0
  let to = all.length
  while (from < to && all.charCodeAt(from) === ZERO) from++
  while (to > from && all.charCodeAt(to - 1) === ZERO) to--
  const trimmed = all.slice(from, to)
  const exponent = Number(power) - fraction.length + (all.length - to)
  if (Math.abs(exponent) > MAX_EXPONENT) return null
  return { negative: sign === '-', digits: trimmed, exponent }
}

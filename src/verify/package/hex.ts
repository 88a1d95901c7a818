import { encode } from './scan.ts'

/** Lowercase hex as it stands in a text, read where it lies: a digest has no other spelling. */

/** Set in the value of what is no digit. */
const NONE = 0x100
const HIGH = new Uint16Array(256).fill(NONE)
const LOW = new Uint16Array(256).fill(NONE)
for (const [value, digit] of encode('0123456789abcdef').entries()) {
  HIGH[digit] = value << 4
  LOW[digit] = value
}

/**
 * The 32 bytes whose 64 digits begin at `from`, to `to` at `at`.
 * @returns false where one of them is no lowercase hex digit, and then what stands there is of no use
 */
export function readHash(bytes: Uint8Array, from: number, to: Uint8Array, at: number): boolean {
  let seen = 0
  for (let i = 0; i < 32; i++) {
    const value = (HIGH[bytes[from + 2 * i] as number] as number) | (LOW[bytes[from + 2 * i + 1] as number] as number)
    seen |= value
    to[at + i] = value
  }
  return seen < NONE
}

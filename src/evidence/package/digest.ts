import { hash } from 'node:crypto'

/** SHA-256 in lowercase hex. */
export function sha256Hex(bytes: Buffer | string): string {
  return hash('sha256', bytes, 'hex')
}

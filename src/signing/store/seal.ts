import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { CofferError } from '../../contract/errors.ts'
import type { Secret } from '../../contract/secret.ts'

/** Parameters of scrypt (RFC 7914): memory is 128·N·r bytes. */
export interface KeyDerivation {
  n: number
  r: number
  p: number
  /** Base64. */
  salt: string
}

/** AES-256-GCM: base64 of the nonce, and of cipher text and tag. */
export interface SealedBox {
  nonce: string
  data: string
}

/** 128 MB and about half a second for each guess. */
const COST = { n: 2 ** 17, r: 8, p: 1 } as const
/** What a file may ask for at most: 1 GB. More would be a way to keep us busy. */
const MOST = { n: 2 ** 20, r: 8, p: 4 } as const
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A key made of the passphrase, for one file; its salt is new each time. */
export async function newSealingKey(passphrase: Secret): Promise<{ key: Buffer; derivation: KeyDerivation }> {
  const derivation: KeyDerivation = { ...COST, salt: randomBytes(SALT_BYTES).toString('base64') }
  return { key: await sealingKey(passphrase, derivation, 'the new file'), derivation }
}

/** @throws KEY_UNREADABLE when the parameters make no sense or ask for too much */
export async function sealingKey(passphrase: Secret, { n, r, p, salt }: KeyDerivation, where: string): Promise<Buffer> {
  const powerOfTwo = Number.isInteger(Math.log2(n))
  if (!powerOfTwo || n < 2 || n > MOST.n || r < 1 || r > MOST.r || p < 1 || p > MOST.p) {
    throw new CofferError(
      'KEY_UNREADABLE',
      `expected scrypt with at most N=${MOST.n}, r=${MOST.r}, p=${MOST.p} in ${where}, got N=${n}, r=${r}, p=${p}`,
    )
  }
  // composed form: the same passphrase may be typed on another system
  const words = Buffer.from(passphrase.reveal().normalize('NFC'), 'utf8')
  const options = { N: n, r, p, maxmem: 128 * n * r + 128 * r * p + 2 ** 20 }
  return derive(words, Buffer.from(salt, 'base64'), 32, options)
}

const derive = promisify<Buffer, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)

/** @param about what the box is for; it opens for nothing else */
export function seal(secret: Buffer, key: Buffer, about: string): SealedBox {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about, 'utf8'))
  const data = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  return { nonce: nonce.toString('base64'), data: data.toString('base64') }
}

/** @returns null when the key is wrong, or anything in the box or what it is about was changed */
export function unseal(box: SealedBox, key: Buffer, about: string): Buffer | null {
  const data = Buffer.from(box.data, 'base64')
  const nonce = Buffer.from(box.nonce, 'base64')
  if (data.length < TAG_BYTES || nonce.length !== NONCE_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(about, 'utf8')).setAuthTag(data.subarray(-TAG_BYTES))
  const plain = decipher.update(data.subarray(0, -TAG_BYTES))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return null
  }
}

import { open } from 'node:fs/promises'
import { isCofferError } from '../contract/errors.ts'
import { profileFolder } from '../jobs/profile.ts'
import { openKeyStore } from '../signing/store/store.ts'

/** Of a key file as much as its first line, of any kind. */
const HEAD_BYTES = 4_096
const KEY_FILE = /\.(p12|pfx|p8|key|der)$/i
const PEM_KEY = /-----BEGIN (?:ENCRYPTED |EC |RSA )?PRIVATE KEY-----/
/** First octet of every form in DER. */
const SEQUENCE = 0x30

/**
 * Whether a text that stands for something else is the name or the file of a signing key: `--key` of an extraction means
 * the records' key, and people slip. No secret is opened.
 * @returns what it names, for a sentence; null where it names no signing key
 */
export async function namesSigningKey(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<'the name of a signing key' | 'the file of a private key' | null> {
  try {
    const store = await openKeyStore({ profile: profileFolder(environment), environment })
    await store.mustBeFree(text)
  } catch (error) {
    if (isCofferError(error, 'KEY_EXISTS')) return 'the name of a signing key'
    // a name that no key can have, or a store that can't be read: then a file may be meant, or the records' key is
    if (!isCofferError(error)) throw error
  }
  return (await holdsPrivateKey(text)) ? 'the file of a private key' : null
}

async function holdsPrivateKey(path: string): Promise<boolean> {
  const handle = await open(path).catch(() => null)
  if (handle === null) return false
  try {
    if (!(await handle.stat()).isFile()) return false
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    return PEM_KEY.test(head.toString('latin1')) || (KEY_FILE.test(path) && head[0] === SEQUENCE)
  } finally {
    await handle.close()
  }
}

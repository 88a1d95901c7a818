import { createPrivateKey, type KeyObject } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import type { Secret } from '../../contract/secret.ts'
import { clearKey, encryptedKey, type KeyMaterial, passphraseMissing, passphraseWrong } from './material.ts'
import { unsupported } from './pbe.ts'

const KEYS = new Set(['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'])
const CERTIFICATES = new Set(['CERTIFICATE', 'X509 CERTIFICATE'])

/** RFC 1421 headers of OpenSSL's old encrypted keys. */
const OLD_CIPHERS = /^(AES-(128|192|256)-CBC|DES-EDE3-CBC)$/

interface PemBlock {
  label: string
  /** As it stands, for Node, which knows the headers of old encrypted ones. */
  text: string
  der: Buffer
}

/** The blocks of a PEM file (RFC 7468); what stands between them is no matter. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  for (const [whole, label = '', body = ''] of text.matchAll(
    /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g,
  )) {
    const base64 = body.replace(/^[\s\S]*?\r?\n\r?\n/, (head) => (head.includes(':') ? '' : head))
    blocks.push({ label, text: whole, der: Buffer.from(base64, 'base64') })
  }
  return blocks
}

/** PEM of one DER value, in lines of 64. */
export function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** @throws KEY_UNREADABLE, KEY_PASSPHRASE, UNSUPPORTED; see loadPrivateKey */
export function readPem(text: string, passphrase: Secret | null, where: string): KeyMaterial {
  const blocks = pemBlocks(text)
  const keys = blocks.filter(({ label }) => KEYS.has(label))
  const [key] = keys
  if (key === undefined) throw noKey(blocks, where)
  if (keys.length > 1) {
    throw new CofferError('KEY_UNREADABLE', `expected one private key in ${where}, got ${keys.length}`, {
      hint: 'Put each key into a file of its own.',
    })
  }
  return {
    privateKey: keyOf(key, passphrase, where),
    certificates: blocks.filter(({ label }) => CERTIFICATES.has(label)).map(({ der }) => der),
    crls: blocks.filter(({ label }) => label === 'X509 CRL').map(({ der }) => der),
  }
}

function keyOf({ label, text, der }: PemBlock, passphrase: Secret | null, where: string): KeyObject {
  if (label === 'ENCRYPTED PRIVATE KEY') return encryptedKey(der, passphrase, where)
  if (!/Proc-Type:\s*4,\s*ENCRYPTED/.test(text)) return clearKey(() => createPrivateKey(text), where)
  const cipher = /DEK-Info:\s*([\w-]+)/.exec(text)?.[1] ?? 'none'
  if (!OLD_CIPHERS.test(cipher)) throw unsupported(`encryption by "${cipher}"`, where)
  if (passphrase === null) throw passphraseMissing(where)
  try {
    return createPrivateKey({ key: text, format: 'pem', passphrase: passphrase.reveal() })
  } catch (cause) {
    throw passphraseWrong(where, cause)
  }
}

function noKey(blocks: readonly PemBlock[], where: string): CofferError {
  const labels = blocks.map(({ label }) => label)
  const other = labels.find((label) => label.endsWith('PRIVATE KEY'))
  if (other !== undefined) {
    return new CofferError('UNSUPPORTED', `can't read a "${other}" in ${where}: expected PKCS#8`, {
      hint:
        other === 'OPENSSH PRIVATE KEY'
          ? 'Turn a copy of it into PKCS#8: ssh-keygen -p -m PKCS8 -f COPY'
          : 'Turn it into PKCS#8: openssl pkcs8 -topk8 -in OLD.pem -out NEW.pem',
    })
  }
  const found = labels.length === 0 ? 'no complete PEM block' : `"${[...new Set(labels)].join('", "')}" only`
  return new CofferError('KEY_UNREADABLE', `${where} holds no private key: got ${found}`, {
    hint: 'Expected PKCS#8 (PEM or DER, clear or encrypted) or PKCS#12.',
  })
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'

/** Looks for secrets wherever bytes lie, in each form that a careless program might write one in. */
export class SecretScan {
  readonly #forms: { name: string; form: string; bytes: Buffer }[] = []

  constructor(secrets: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(secrets)) {
      const raw = Buffer.from(value)
      const forms: Record<string, Buffer> = {
        clear: raw,
        base64: Buffer.from(raw.toString('base64').replace(/=+$/, '')),
        hexadecimal: Buffer.from(raw.toString('hex')),
        'an address': Buffer.from(encodeURIComponent(value)),
        JSON: Buffer.from(JSON.stringify(value).slice(1, -1)),
        'UTF-16': Buffer.from(value, 'utf16le'),
        // half of it is too much as well
        'its first half': raw.subarray(0, Math.ceil(raw.length / 2)),
      }
      for (const [form, bytes] of Object.entries(forms)) this.#forms.push({ name, form, bytes })
    }
  }

  /** @returns a line for each secret that is in there, which does not repeat it */
  inBytes(where: string, bytes: Buffer | string): string[] {
    const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    return this.#forms
      .filter((one) => all.includes(one.bytes))
      .map(({ name, form }) => `${where} holds the ${name} (${form})`)
  }

  /** Every file of a folder and those within, also what is packed: gzip, zstd and the members of ZIP files. */
  inFolder(folder: string): { files: string[]; found: string[] } {
    const files: string[] = []
    const found: string[] = []
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      files.push(path)
      const bytes = readFileSync(path)
      for (const part of [bytes, ...unpackedForms(bytes)]) found.push(...this.inBytes(path, part))
    }
    return { files, found: [...new Set(found)] }
  }
}

function unpackedForms(bytes: Buffer): Buffer[] {
  const magic = bytes.length < 4 ? 0 : bytes.readUInt32BE(0)
  if (magic === 0x28b52ffd) return [zstdDecompressSync(bytes)]
  if (magic >>> 16 === 0x1f8b) return [gunzipSync(bytes)]
  return []
}

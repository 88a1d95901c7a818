import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import type { PdfDocument } from './document.ts'
import { catalogueOf } from './signature-field.ts'
import { PdfSyntaxError } from './syntax.ts'

/** DER of what a verifier needs later. */
export interface ValidationData {
  certificates: readonly Buffer[]
  crls: readonly Buffer[]
  /** OCSPResponses. */
  ocsps: readonly Buffer[]
}

/**
 * A revision with the document security store (ETSI EN 319 142-1 clause 5.4.2, ISO 32000-2 clause 12.8.4.3): an
 * incremental update, so that the signed bytes stay as they are. Written before the signature it would not count.
 * @param signed the signed document
 * @param contents the decoded `/Contents` of the signature, with its padding: its SHA-1 names the entry of `/VRI`
 * @returns the bytes to put after the document
 */
export function securityStoreRevision(signed: PdfDocument, contents: Buffer, data: ValidationData): Buffer {
  const size = signed.trailer.get('Size')
  const root = signed.trailer.get('Root')
  if (size?.kind !== 'number' || root?.kind !== 'reference') throw new PdfSyntaxError('expected a trailer with /Size')
  const catalogue = catalogueOf(signed)
  if (catalogue.entries.has('DSS')) throw new PdfSyntaxError('expected a document without a security store')

  const update = new Update(signed.bytes, size.number)
  const certificates = data.certificates.map((one) => update.stream(one))
  const crls = data.crls.map((one) => update.stream(one))
  const list = (numbers: readonly number[]) => `[${numbers.map((one) => `${one} 0 R`).join(' ')}]`
  const ocsps = data.ocsps.map((one) => update.stream(one))
  const part = (name: string, numbers: readonly number[]) => (numbers.length === 0 ? '' : ` /${name} ${list(numbers)}`)
  const lists = (names: { certificates: string; crls: string; ocsps: string }) =>
    `/${names.certificates} ${list(certificates)}${part(names.crls, crls)}${part(names.ocsps, ocsps)}`
  const key = createHash('sha1').update(contents).digest('hex').toUpperCase()
  const vri = update.object(`<< /Type /VRI ${lists({ certificates: 'Cert', crls: 'CRL', ocsps: 'OCSP' })} >>`)
  const dss = update.object(
    `<< /Type /DSS ${lists({ certificates: 'Certs', crls: 'CRLs', ocsps: 'OCSPs' })} /VRI << /${key} ${vri} 0 R >> >>`,
  )
  // The catalogue as it is, with one entry more before its closing brackets.
  const text = signed.bytes.subarray(catalogue.start, catalogue.end - '>>'.length)
  update.replace(catalogue.number, Buffer.concat([text, Buffer.from(`/DSS ${dss} 0 R\n>>`, 'latin1')]))
  const kept = ['Info', 'ID'].flatMap((name) => {
    const value = signed.trailer.get(name)
    return value === undefined ? [] : [`/${name} ${signed.bytes.toString('latin1', value.start, value.end)}`]
  })
  return update.finish([`/Root ${root.number} 0 R`, ...kept, `/Prev ${signed.xrefAt}`])
}

/** An incremental update (ISO 32000-1 clause 7.5.6) in the making. */
class Update {
  readonly #parts: Buffer[] = []
  readonly #offsets = new Map<number, number>()
  #at: number
  #next: number

  constructor(document: Buffer, size: number) {
    this.#at = document.length
    this.#next = size
    // The line of the end marker must be ended before anything follows (ISO 19005-3 clause 6.1.9).
    if (document.at(-1) !== 0x0a) this.#write('\n')
  }

  object(text: string): number {
    const number = this.#next++
    this.replace(number, Buffer.from(text, 'latin1'))
    return number
  }

  stream(bytes: Buffer): number {
    const deflated = deflateSync(bytes)
    const small = deflated.length < bytes.length
    const body = small ? deflated : bytes
    const filter = small ? ' /Filter /FlateDecode' : ''
    const number = this.#next++
    const head = Buffer.from(`<< /Length ${body.length}${filter} >>\nstream\n`, 'latin1')
    this.replace(number, Buffer.concat([head, body, Buffer.from('\nendstream', 'latin1')]))
    return number
  }

  replace(number: number, body: Buffer): void {
    this.#offsets.set(number, this.#at)
    this.#write(`${number} 0 obj\n`)
    this.#write(body)
    this.#write('\nendobj\n')
  }

  finish(trailer: readonly string[]): Buffer {
    const xref = this.#at
    const numbers = [...this.#offsets.keys()].sort((a, b) => a - b)
    this.#write('xref\n')
    for (let from = 0; from < numbers.length; ) {
      let to = from + 1
      while (numbers[to] === (numbers[to - 1] ?? 0) + 1) to++
      this.#write(`${numbers[from]} ${to - from}\n`)
      for (const number of numbers.slice(from, to)) {
        this.#write(`${String(this.#offsets.get(number)).padStart(10, '0')} 00000 n \n`)
      }
      from = to
    }
    this.#write(`trailer\n<< /Size ${this.#next} ${trailer.join(' ')} >>\nstartxref\n${xref}\n%%EOF\n`)
    return Buffer.concat(this.#parts)
  }

  #write(part: string | Buffer): void {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(part, 'latin1')
    this.#parts.push(bytes)
    this.#at += bytes.length
  }
}

import { toHex } from '../bytes.ts'
import type { VerifyCrypto } from '../crypto.ts'
import { Finding } from '../finding.ts'
import { addAnswer, addCertificate, addList, type Pool } from '../x509/pool.ts'
import type { PdfDocument } from './document.ts'
import { isDict, isName, type PdfDict, PdfName, type PdfObject, PdfRef, PdfStream } from './objects.ts'

/** The document security store (EN 319 142-1 clause 5.4.2): certificates and revocation data for the signatures. */

const LISTS = ['Certs', 'OCSPs', 'CRLs'] as const
const VRI_LISTS = ['Cert', 'OCSP', 'CRL'] as const
const STREAM_KEYS = new Set(['Length', 'Filter', 'DecodeParms', 'Type', 'Subtype'])

function strange(why: string): Finding {
  return new Finding(
    'CHANGED_AFTER_SIGNING',
    `The revocation data that were added (/DSS) are not of their form: ${why}.`,
  )
}

/**
 * Numbers of all objects of the /DSS of a document, whose form is checked on the way.
 * @throws Finding CHANGED_AFTER_SIGNING
 */
export function dssParts(document: PdfDocument): Set<number> {
  const parts = new Set<number>()
  const follow = (object: PdfObject | undefined): PdfObject => {
    if (object instanceof PdfRef) parts.add(object.number)
    return document.resolve(object)
  }
  const streams = (object: PdfObject | undefined) => {
    if (object === undefined) return
    const list = follow(object)
    if (!Array.isArray(list)) throw strange('a list is none')
    for (const one of list) {
      const stream = follow(one)
      if (!(one instanceof PdfRef) || !(stream instanceof PdfStream)) throw strange('something in a list is no stream')
      for (const name of stream.dict.keys())
        if (!STREAM_KEYS.has(name)) throw strange(`a stream has an entry "${name}"`)
    }
  }
  const dss = follow(document.catalog.get('DSS'))
  if (!isDict(dss)) throw strange('it is no dictionary')
  only(dss, [...LISTS, 'VRI', 'Type'], 'DSS')
  for (const name of LISTS) streams(dss.get(name))
  const vri = follow(dss.get('VRI'))
  if (vri === null) return parts
  if (!isDict(vri)) throw strange('/VRI is no dictionary')
  for (const [name, value] of vri) {
    if (name === 'Type') continue
    const entry = follow(value)
    if (!/^[0-9A-F]{40}$/.test(name) || !isDict(entry)) throw strange('/VRI names no signature')
    only(entry, [...VRI_LISTS, 'TU', 'TS', 'Type'], 'VRI')
    for (const list of VRI_LISTS) streams(entry.get(list))
    if (entry.has('TS')) streams([entry.get('TS') as PdfObject])
  }
  return parts
}

function only(dict: PdfDict, names: readonly string[], type: string): void {
  for (const name of dict.keys()) if (!names.includes(name)) throw strange(`it has an entry "${name}"`)
  const stated = dict.get('Type')
  if (stated !== undefined && !isName(stated, type)) {
    throw strange(`it says that it is "${stated instanceof PdfName ? stated.name : '?'}"`)
  }
}

/** What the /DSS holds, into the pool. @returns whether there are revocation data */
export function fillFromDss(document: PdfDocument, pool: Pool): boolean {
  const dss = document.dict(document.catalog.get('DSS'))
  if (dss === null) return false
  const vri = [...(document.dict(dss.get('VRI'))?.values() ?? [])].map((one) => document.dict(one))
  const streams = (list: (typeof LISTS)[number], perSignature: (typeof VRI_LISTS)[number]): Uint8Array[] =>
    [dss.get(list), ...vri.map((one) => one?.get(perSignature))].flatMap((object) =>
      document.list(object).flatMap((one) => {
        const stream = document.resolve(one)
        return stream instanceof PdfStream ? [document.unpack(stream)] : []
      }),
    )
  for (const der of streams('Certs', 'Cert')) addCertificate(pool, der, 'certificate in the PDF')
  const lists = streams('CRLs', 'CRL')
  const answers = streams('OCSPs', 'OCSP')
  for (const der of lists) addList(pool, der, 'revocation list in the PDF')
  for (const der of answers) addAnswer(pool, der, 'OCSP answer in the PDF')
  return lists.length + answers.length > 0
}

/**
 * Each entry of /VRI is named by the SHA-1 of a signature of this file.
 * @param values of all signatures: with and without the zeros that fill them up, since programs differ
 * @throws Finding CERTIFICATE_CHAIN_GENERAL_FAILURE
 */
export function checkVriNames(document: PdfDocument, values: readonly Uint8Array[], crypto: VerifyCrypto): void {
  const dss = document.dict(document.catalog.get('DSS'))
  const vri = document.dict(dss?.get('VRI'))
  if (vri === null) return
  const known = new Set(values.map((value) => toHex(crypto.hash('SHA-1', value)).toUpperCase()))
  for (const name of vri.keys()) {
    if (name === 'Type' || known.has(name)) continue
    throw new Finding(
      'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      'The PDF holds revocation data for a signature that is not in it.',
    )
  }
}

import { toHex } from '../bytes.ts'
import { type Der, malformed, TAG } from '../der/reader.ts'
import { readOid, readText } from '../der/values.ts'
import { nameWords } from '../words.ts'

/** A distinguished name (RFC 5280 section 4.1.2.4). Two are the same where their DER is; the texts are for people. */
export interface Name {
  der: Uint8Array
  commonName: string | null
  organisation: string | null
  /** RFC 4514, the most specific part first: `CN=Evidence Signer,O=Example`. */
  text: string
}

const SHORT: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.25': 'DC',
  '0.9.2342.19200300.100.1.1': 'UID',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

export function parseName(der: Der): Name {
  const parts: string[] = []
  let commonName: string | null = null
  let organisation: string | null = null
  for (const rdn of der.expect(TAG.sequence).children()) {
    const attributes = rdn.expect(TAG.set).children()
    if (attributes.length === 0) throw malformed(der.what, 'a name has an empty part')
    const words: string[] = []
    for (const attribute of attributes) {
      const fields = attribute.fields()
      const type = readOid(fields.next(TAG.oid, 'type'))
      const value = nameWords(textOf(fields.next(null, 'value')))
      fields.end()
      if (type === '2.5.4.3') commonName = value
      if (type === '2.5.4.10') organisation = value
      words.push(`${SHORT[type] ?? type}=${value.replace(/[,+"\\<>;=]/g, '\\$&')}`)
    }
    parts.push(words.join('+'))
  }
  return { der: der.bytes, commonName, organisation, text: parts.reverse().join(',') }
}

/** For people: the common name, or all of it. */
export function shownName(name: Name): string {
  return name.commonName ?? (name.text === '' ? '(no name)' : name.text)
}

function textOf(value: Der): string {
  const texts: readonly number[] = [
    TAG.utf8String,
    TAG.printableString,
    TAG.ia5String,
    TAG.teletexString,
    TAG.bmpString,
    TAG.numericString,
    TAG.visibleString,
  ]
  return texts.includes(value.tag) ? readText(value) : `#${toHex(value.bytes)}`
}

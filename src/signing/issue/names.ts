import { CofferError } from '../../contract/errors.ts'
import { oid, sequence, setOf, utf8 } from '../der/write.ts'
import { OID } from '../oids.ts'

/** Upper bounds of X.520 for these attributes, in characters (RFC 5280, appendix A.1). */
const MOST_CHARACTERS = 64

/** Whom a certificate names. */
export interface DistinguishedName {
  commonName: string
  organisation: string | null
}

/** A Name of RFC 5280, 4.1.2.4: organisation first, strings in UTF-8. */
export function encodeName({ commonName, organisation }: DistinguishedName): Buffer {
  const part = (id: string, text: string) => setOf(sequence(oid(id), utf8(text)))
  return sequence(
    ...(organisation === null ? [] : [part(OID.organisation, organisation)]),
    part(OID.commonName, commonName),
  )
}

/**
 * A name that can stand in a certificate: trimmed, in Unicode's composed form.
 * @param what for the message: `owner`
 * @throws USAGE when it is empty, longer than 64 characters, or holds control or formatting characters, which could
 *   make it look like another one
 */
export function checkedNamePart(text: string, what: string): string {
  const tidy = text.normalize('NFC').trim()
  const length = [...tidy].length
  if (length === 0 || length > MOST_CHARACTERS) {
    throw new CofferError('USAGE', `expected 1 to ${MOST_CHARACTERS} characters for the ${what}, got ${length}`)
  }
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(tidy)) {
    throw new CofferError('USAGE', `the ${what} holds control or invisible characters: ${JSON.stringify(tidy)}`)
  }
  return tidy
}

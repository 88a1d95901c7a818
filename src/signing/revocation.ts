import { type Certificate, crlUrls, isSelfSigned } from './certificate.ts'
import { isRevoked, listFor, type RevocationList, readCrl } from './crl.ts'
import { DerError } from './der/read.ts'
import { exchange } from './timestamp/http.ts'

/** What is at hand to say, later and offline, that no certificate of some chains was revoked. */
export interface RevocationData {
  /** DER. */
  crls: Buffer[]
  /** Whether every certificate has its answer and every chain ends with its root. */
  complete: boolean
}

const TIMEOUT_MS = 20_000
const MAX_LIST_BYTES = 4_000_000

/**
 * Lists that came with a timestamp token are as readable as the authority made them; one that isn't says nothing.
 */
function readable(known: readonly Buffer[]): RevocationList[] {
  return known.flatMap((der) => {
    try {
      return [readCrl(der)]
    } catch (error) {
      if (error instanceof DerError) return []
      throw error
    }
  })
}

/**
 * Finds a current revocation list for every certificate of the chains: among those at hand, else where the certificate
 * itself says (RFC 5280 clause 4.2.1.13). A list that can't be had makes the data incomplete and nothing worse.
 * @param chains each with its own certificate first
 * @param known DER lists at hand
 * @param network whether certificates' addresses may be asked; `timeoutMs` for each
 */
export async function revocationData(
  chains: readonly (readonly Certificate[])[],
  known: readonly Buffer[],
  at: Date,
  network: { allowed: boolean; timeoutMs?: number },
): Promise<RevocationData> {
  const lists = readable(known)
  const used = new Set<RevocationList>()
  let complete = chains.length > 0
  for (const chain of chains) {
    for (const [index, certificate] of chain.entries()) {
      if (isSelfSigned(certificate)) continue
      const issuer = chain[index + 1]
      if (issuer === undefined) {
        complete = false
        continue
      }
      const list =
        listFor(certificate, issuer, lists, at) ??
        (network.allowed ? await fetchList(certificate, issuer, lists, at, network.timeoutMs) : undefined)
      if (list === undefined || isRevoked(list, certificate)) complete = false
      if (list !== undefined) used.add(list)
    }
  }
  return { crls: [...used].map((list) => list.der), complete }
}

async function fetchList(
  certificate: Certificate,
  issuer: Certificate,
  lists: RevocationList[],
  at: Date,
  timeoutMs = TIMEOUT_MS,
): Promise<RevocationList | undefined> {
  for (const url of crlUrls(certificate).slice(0, 2)) {
    try {
      const { body } = await exchange({ url, timeoutMs, maxBytes: MAX_LIST_BYTES })
      const list = readCrl(body)
      const fits = listFor(certificate, issuer, [list], at)
      if (fits === undefined) continue
      lists.push(list)
      return list
    } catch {
      // The next address, or none: the signature is then of a lower level, which is said.
    }
  }
  return undefined
}

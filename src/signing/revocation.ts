import { type Certificate, crlUrls, isSelfSigned, ocspUrls, subjectName } from './certificate.ts'
import { isRevoked, listFor, type RevocationList, readCrl } from './crl.ts'
import { DerError } from './der/read.ts'
import { fetchAnswer } from './ocsp.ts'
import { exchange } from './timestamp/http.ts'

/** What is at hand to say, later and offline, that no certificate of some chains was revoked. */
export interface RevocationData {
  /** DER. */
  crls: Buffer[]
  /** OCSPResponses in DER. */
  ocsps: Buffer[]
  /** Whether every certificate has its answer and every chain ends with its root. */
  complete: boolean
  /** One sentence for each thing that is not there, without a full stop; empty where it is complete. */
  missing: string[]
  /** Those of them that say that a certificate was withdrawn. */
  revoked: string[]
}

/** Whether certificates' addresses may be asked, and what was fetched from them already in this job. */
export interface RevocationNetwork {
  allowed: boolean
  /** Lists by address: a job signs several files, and asks once. */
  fetched?: Map<string, Buffer>
  /** For each exchange. */
  timeoutMs?: number
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
 * Finds a current answer on every certificate of the chains: among the lists at hand, else a list from where the
 * certificate itself says (RFC 5280 clause 4.2.1.13), else an OCSP answer of the responder that it names (RFC 6960). What
 * can't be had makes the data incomplete, which is said, and nothing worse.
 * @param chains each with its own certificate first
 * @param known DER lists at hand
 */
export async function revocationData(
  chains: readonly (readonly Certificate[])[],
  known: readonly Buffer[],
  at: Date,
  network: RevocationNetwork,
): Promise<RevocationData> {
  const lists = readable(known)
  const used = new Set<RevocationList>()
  const ocsps: Buffer[] = []
  const missing: string[] = []
  const withdrawn = new Set<string>()
  for (const chain of chains) {
    for (const [index, certificate] of chain.entries()) {
      if (isSelfSigned(certificate)) continue
      const issuer = chain[index + 1]
      if (issuer === undefined) {
        missing.push(`the certificate of who issued "${subjectName(certificate)}" is not at hand`)
        continue
      }
      const list = await listFor(certificate, issuer, lists, at)
      const found: Fetched =
        list === undefined ? await fetchRevocation(certificate, issuer, lists, at, network) : { list, problems: [] }
      if (found.list !== undefined) used.add(found.list)
      if (found.ocsp !== undefined) ocsps.push(found.ocsp)
      if (found.revoked === true) withdrawn.add(revoked(certificate))
      missing.push(...found.problems)
    }
  }
  for (const list of used) {
    for (const one of chains.flat()) {
      if (list.issuer.equals(one.issuer) && isRevoked(list, one)) withdrawn.add(revoked(one))
    }
  }
  return {
    crls: [...used].map((list) => list.der),
    ocsps,
    complete: chains.length > 0 && missing.length + withdrawn.size === 0,
    missing: [...new Set([...missing, ...withdrawn])],
    revoked: [...withdrawn],
  }
}

interface Fetched {
  list?: RevocationList
  ocsp?: Buffer
  problems: string[]
  revoked?: boolean
}

async function fetchRevocation(
  certificate: Certificate,
  issuer: Certificate,
  lists: RevocationList[],
  at: Date,
  network: RevocationNetwork,
): Promise<Fetched> {
  const name = subjectName(certificate)
  const urls = [...crlUrls(certificate), ...ocspUrls(certificate)]
  if (!network.allowed || urls.length === 0) {
    const why = urls.length === 0 ? 'it names no address for one' : 'nobody was asked, since no timestamp was had'
    return { problems: [`no current revocation list for "${name}" is at hand, and ${why}`] }
  }
  const fromList = await fetchList(certificate, issuer, lists, at, network)
  if ('list' in fromList) return { list: fromList.list, problems: [] }
  const answer = await fetchAnswer(certificate, issuer, at, network.timeoutMs ?? TIMEOUT_MS)
  if (!('der' in answer)) return { problems: [...fromList.problems, ...answer.problems] }
  return { ocsp: answer.der, problems: [], revoked: answer.state === 'revoked' }
}

async function fetchList(
  certificate: Certificate,
  issuer: Certificate,
  lists: RevocationList[],
  at: Date,
  { fetched, timeoutMs = TIMEOUT_MS }: RevocationNetwork,
): Promise<{ list: RevocationList } | { problems: string[] }> {
  const problems: string[] = []
  for (const url of crlUrls(certificate).slice(0, 2)) {
    const problem = `no revocation list for "${subjectName(certificate)}" from "${url}": `
    try {
      const body = fetched?.get(url) ?? (await exchange({ url, timeoutMs, maxBytes: MAX_LIST_BYTES })).body
      const list = readCrl(body)
      if ((await listFor(certificate, issuer, [list], at)) === undefined) {
        problems.push(`${problem}the one there is not current, or does not speak for it`)
        continue
      }
      fetched?.set(url, body)
      lists.push(list)
      return { list }
    } catch (error) {
      // The next address, or none: the signature is then of a lower level, which is said.
      problems.push(problem + (error instanceof Error ? error.message : String(error)))
    }
  }
  return { problems }
}

function revoked(certificate: Certificate): string {
  return `the certificate of "${subjectName(certificate)}" is revoked`
}

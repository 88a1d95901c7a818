/**
 * Hosts of other people's pages that a link in the window may lead to: the sources of regulations and standards. The
 * desktop opens these in the system's browser and refuses every other address, whoever put it into the page.
 */
export const EXTERNAL_HOSTS = [
  'eur-lex.europa.eu',
  'www.ecfr.gov',
  'www.govinfo.gov',
  'www.sec.gov',
  'www.finra.org',
  'www.hhs.gov',
  'www.esma.europa.eu',
  'www.gesetze-im-internet.de',
  'www.pcisecuritystandards.org',
  'www.iso.org',
  'www.rfc-editor.org',
  'www.etsi.org',
  'kafka.apache.org',
] as const

/**
 * Whether an address may be opened outside of the window: https, one of the hosts as it stands, no user, no port. Matched
 * as text, so that no two readers of addresses can differ over it.
 */
export function isExternalLink(address: string): boolean {
  const host = /^https:\/\/([a-z0-9.-]+)(?:[/?#][\x21-\x5b\x5d-\x7e]*)?$/.exec(address)?.[1]
  return host !== undefined && (EXTERNAL_HOSTS as readonly string[]).includes(host)
}

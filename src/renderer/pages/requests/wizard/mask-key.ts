import type { ExtractionSpec } from '../../../../contract/requests/spec.ts'
import { useCall } from '../../../query.ts'

/** How the secret of the hashes stands; `unneeded` where nothing is hashed, null while it is asked for. */
export function useMaskKey({ mask }: ExtractionSpec): 'unneeded' | 'there' | 'missing' | null {
  const key = useCall('requests.maskKey', null)
  if (!mask.some(({ how }) => how === 'hash')) return 'unneeded'
  return key.data === undefined ? null : key.data.there ? 'there' : 'missing'
}

/** To look at records before the secret is there: what would be hashed is taken out, so that nothing more is shown. */
export function withoutHashes(spec: ExtractionSpec): ExtractionSpec {
  return { ...spec, mask: spec.mask.map((rule) => (rule.how === 'hash' ? { ...rule, how: 'remove' } : rule)) }
}

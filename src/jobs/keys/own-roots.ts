import { isSelfSigned } from '../../signing/certificate.ts'
import { toPem } from '../../signing/store/pem.ts'
import { openKeyStore } from '../../signing/store/store.ts'
import { profileFolder } from '../profile.ts'

/**
 * The roots of the keys that were made in this profile, PEM, each once with the names of its keys: whoever made a key here trusts what it signs. No
 * secret is opened. None where there are no keys, or they can't be read: then nobody is trusted, which is said.
 */
export async function ownRoots(
  environment: Readonly<Record<string, string>>,
): Promise<{ names: string[]; pem: string }[]> {
  const roots = new Map<string, string[]>()
  try {
    const store = await openKeyStore({ profile: profileFolder(environment), environment })
    for (const { name, origin, certificates } of (await store.list()).keys) {
      const root = certificates.find(isSelfSigned)
      if (origin !== 'created' || root === undefined) continue
      const pem = toPem('CERTIFICATE', root.der)
      roots.set(pem, [...(roots.get(pem) ?? []), name])
    }
  } catch {
    return []
  }
  return [...roots].map(([pem, names]) => ({ names, pem }))
}

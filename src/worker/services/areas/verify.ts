import { CofferError } from '../../../contract/errors.ts'
import type { Trusted } from '../../../contract/ipc/calls/verify.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { KeysListResult } from '../../../contract/results/keys.ts'
import type { ServiceCore } from '../core.ts'
import { TrustStore } from '../trust-store.ts'
import { trustFiles } from '../with-trust.ts'

/** Verifying what the window was given, by what its user trusts. */
export const verifyHandlers = (core: ServiceCore): AreaHandlers<'verify'> => {
  const store = new TrustStore(core.options.profile)
  const list = async () => [...(await ownRoots(core)), ...(await store.list())].map(shown)
  return {
    'verify.start': async ({ files, at }) => {
      const { paths, done } = await core.files.sideBySide(files)
      const trust = await trustFiles(core)
      const remove = async () => {
        await Promise.all([done(), trust.remove()])
      }
      const subject = files.map((id) => core.files.get(id).name).join(', ')
      try {
        const { jobId } = await core.start(
          { kind: 'verify', files: paths, trust: trust.paths, at },
          subject.slice(0, 200),
        )
        void core.jobs.ended(jobId).then(remove)
        return { jobId }
      } catch (error) {
        await remove()
        throw error
      }
    },
    'verify.pdf': async ({ jobId, name, page, words }) => {
      const outcome = core.jobs.list().find((job) => job.jobId === jobId)?.outcome
      if (outcome?.state !== 'done' || outcome.result.kind !== 'verify') {
        throw new CofferError('USAGE', `expected a verification of this session that has ended, got "${jobId}"`)
      }
      const { verified } = outcome.result
      // the window's words may not stand beside another verdict than the verifier's
      if (words.files.length !== verified.files.length) {
        throw new CofferError('USAGE', `expected words for ${verified.files.length} files, got ${words.files.length}`)
      }
      const { renderVerdict } = await import('../../../evidence/pdf/verdict.ts')
      const json = Buffer.from(`${JSON.stringify(verified, null, 2)}\n`)
      return core.files.make(name, await renderVerdict(verified, words, json, page))
    },
    'verify.trusted': list,
    'verify.trust': async ({ files }) => {
      await store.add(files.map((id) => ({ name: core.files.get(id).name, path: core.files.pathOf(id) })))
      return list()
    },
    'verify.distrust': async ({ sha256 }) => {
      await store.remove(sha256)
      return list()
    },
  }
}

/** The roots of this profile's own keys: who made a key here trusts what it signs. One that was revoked vouches on, too. */
async function ownRoots(core: ServiceCore): Promise<(Trusted & { own: true })[]> {
  // A profile without keys, or whose keys can't be read, verifies all the same.
  const listed = await core.ask({ kind: 'keys', action: 'list' }).catch(() => null)
  const seen = new Set<string>()
  return ((listed as KeysListResult | null)?.keys ?? []).flatMap((key) => {
    if (key.origin !== 'created' || key.root === null || seen.has(key.root.sha256)) return []
    seen.add(key.root.sha256)
    const { sha256, subject } = key.root
    return [{ sha256, kind: 'certificate' as const, name: subject, since: key.created_at, own: true as const }]
  })
}

function shown({ sha256, kind, name, since, own = false }: Omit<Trusted, 'own'> & { own?: boolean }): Trusted {
  return { sha256, kind, name, since, own }
}

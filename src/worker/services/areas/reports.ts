import { readFile, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { CofferError, isCofferError } from '../../../contract/errors.ts'
import { MAX_REPORTS, type ReportRow } from '../../../contract/ipc/calls/reports.ts'
import type { AreaHandlers, CallInput, CallOutput } from '../../../contract/ipc/map.ts'
import type { ConfigSource } from '../../../contract/jobs.ts'
import type { EvidenceListEntry } from '../../../contract/results.ts'
import type { StoredConnection } from '../connection-store.ts'
import type { ServiceCore } from '../core.ts'
import { reportFactsOf } from '../report-facts.ts'
import { withTrust } from '../with-trust.ts'

const PASSPHRASE = 'COFFER_KEY_PASSPHRASE'

/** Evidence reports: what there is, each one with its files, whether its signatures hold, and new ones. */
export const reportHandlers = (core: ServiceCore): AreaHandlers<'reports'> => ({
  'reports.list': () => list(core),
  'reports.open': (input) => open(core, input),
  'reports.verify': ({ files }) => verify(core, files),
  'reports.timestamp': async ({ location, reportId, timestampUrl }) =>
    core.start({ kind: 'evidence-timestamp', archive: await core.archive(location), reportId, timestampUrl }, reportId),
  'reports.signers': async () => {
    const [listed, environment] = await Promise.all([
      core.ask({ kind: 'keys', action: 'list' }),
      core.readyEnvironment(),
    ])
    const keys = listed.action === 'list' ? listed.keys : []
    return {
      keys: keys.map((key) => ({
        name: key.name,
        owner: key.certificate?.subject ?? key.name,
        usable: key.status === 'usable' || key.status === 'bare',
        status: key.status,
        keptIn: key.kept_in,
      })),
      passphrase: environment[PASSPHRASE] !== undefined || environment[`${PASSPHRASE}_FILE`] !== undefined,
    }
  },
  'reports.makeMonthly': (input) => makeMonthly(core, input),
})

async function list(core: ServiceCore): Promise<CallOutput<'reports.list'>> {
  const storages = (await core.connections.list()).filter((one) => one.kind === 'storage')
  const reports: ReportRow[] = []
  const places = await Promise.all(
    storages.map(async (storage) => {
      const place = { connectionId: storage.id, name: storage.name }
      try {
        const found = await core.ask({
          kind: 'evidence-list',
          archive: { config: core.configOf(storage) },
          limit: MAX_REPORTS,
        })
        reports.push(...found.reports.map((entry) => rowOf(entry, storage)))
        return { ...place, total: found.reports_total, error: null }
      } catch (error) {
        if (!isCofferError(error)) throw error
        return { ...place, total: 0, error: { code: error.code, message: error.message } }
      }
    }),
  )
  const at = (row: ReportRow) => Date.parse(row.generatedAt ?? row.storedAt) || 0
  reports.sort((a, b) => at(b) - at(a) || (a.reportId < b.reportId ? -1 : 1))
  return { places, reports }
}

function rowOf(entry: EvidenceListEntry, storage: StoredConnection): ReportRow {
  return {
    connectionId: storage.id,
    place: storage.name,
    reportId: entry.report_id,
    kind: entry.report_id.split('-')[0] as ReportRow['kind'],
    storedAt: entry.stored_at,
    generatedAt: entry.generated_at,
    month: entry.month,
    overall: entry.overall_result,
    backupId: entry.backup_id,
    files: entry.files,
    signed: entry.signed,
    complete: entry.complete,
  }
}

/** The files go into the session's own folder, each by itself: the window gets ids, and no path. */
async function open(
  core: ServiceCore,
  { location, reportId }: CallInput<'reports.open'>,
): Promise<CallOutput<'reports.open'>> {
  const archive = await core.archive(location)
  const output = await core.files.emptyFolder()
  try {
    const got = await core.ask({ kind: 'evidence-get', archive, reportId, format: 'all', output })
    const files: CallOutput<'reports.open'>['files'] = []
    let json: string | null = null
    for (const { path, sha256 } of got.files) {
      const name = basename(path)
      const body = await readFile(path)
      if (name === `${reportId}.json`) json = body.toString('utf8')
      files.push({ ending: name.slice(reportId.length + 1), sha256, file: await core.files.make(name, body) })
    }
    const place = 'path' in location ? location.path : (await core.connections.get(location.connectionId)).name
    return { place, files, facts: json === null ? null : reportFactsOf(json) }
  } finally {
    await rm(output, { recursive: true, force: true })
  }
}

/** The report and its PDF; what belongs to their signatures lies beside them. */
async function verify(core: ServiceCore, files: readonly string[]): Promise<CallOutput<'reports.verify'>> {
  const { paths, done } = await core.files.sideBySide(files)
  try {
    const subjects = paths.filter((path) => /\.(json|pdf)$/.test(path))
    if (subjects.length === 0) {
      throw new CofferError('USAGE', 'expected a report (JSON or PDF) among the files, got none')
    }
    return await withTrust(core, async (trust) => ({
      verified: await core.ask({ kind: 'verify', files: subjects, trust, at: null }),
      trusted: trust.length,
    }))
  } finally {
    await done()
  }
}

async function makeMonthly(
  core: ServiceCore,
  { connectionId, backupId, month, deep, page, signing, passphrase }: CallInput<'reports.makeMonthly'>,
): Promise<{ jobId: string }> {
  const stored = await core.connections.get(connectionId)
  await core.archive({ connectionId })
  if (passphrase !== null && passphrase !== '') {
    // the lock between processes that write secrets is the database's
    await core.memory().catch(() => null)
    await core.vault.set({ [PASSPHRASE]: passphrase })
  }
  const evidence = {
    formats: ['json', 'pdf'],
    page,
    signing:
      signing === null
        ? { enabled: false }
        : {
            enabled: true,
            key: signing.key,
            signer_name: signing.name,
            signer_role: signing.role,
            meaning: signing.meaning,
            ...(signing.timestampUrl === null ? {} : { timestamp_url: signing.timestampUrl }),
          },
  }
  const storage = core.configOf(stored)
  const config: ConfigSource = {
    ...storage,
    name: `monthly report ${month}`,
    text: [`backup_id: ${value(backupId)}`, storage.text, `evidence: ${value(evidence)}`, ''].join('\n'),
  }
  return core.start({ kind: 'monthly-report', config, month, deep }, `${backupId} ${month}`)
}

/** JSON is YAML. What a person typed is text: it names no variable of the host's environment, whose value would be signed. */
function value(what: unknown): string {
  return JSON.stringify(what).replaceAll('${', () => '$${')
}

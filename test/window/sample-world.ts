import assert from 'node:assert/strict'
import type { JobFacts } from '../../src/contract/ipc/job.ts'
import { emptySpec } from '../../src/contract/requests/spec.ts'
import type { Services } from '../../src/worker/services/services.ts'
import type { TestHost } from './host.ts'

/** What a filled profile holds, by what pages are addressed with. */
export interface SampleWorld {
  connectionId: string
  backupId: string
  requestId: string
  /** The check of the sample archive. */
  jobId: string
  /** The report of a month about it. */
  reportId: string
  /** A plan for a backup into its storage, which nobody has run. */
  planId: string
}

/** The passphrase of the key that signs the sample's package. */
export const SAMPLE_ENVIRONMENT = {
  COFFER_KEY_STORE: 'file',
  COFFER_KEY_PASSPHRASE: 'only for the sample of the tests',
}

/**
 * Does with the sample archive what a person does in the first minutes, through the calls that the window makes: opens
 * it, checks it, answers a request from it with a signed package.
 */
export async function fillWithSample(host: TestHost): Promise<SampleWorld> {
  const { handlers } = host.services
  const { connectionId, backupId } = await handlers['overview.openSample'](null)
  const location = { connectionId }
  const { jobId } = await handlers['archives.validate']({ location, backupId, deep: true })
  await ended(host.services, jobId)
  const { id: requestId } = await handlers['requests.create']({
    parent: null,
    data: {
      matter: 'REG-2026-014',
      title: 'Payments of customer C17',
      custodian: 'Records management',
      requestedBy: 'the supervisor',
      askedOn: '2026-11-03',
      reason: 'All payments of customer C17, as of the letter of 3 November.',
      due: '2026-12-01',
    },
  })
  const { name } = await handlers['requests.makeSigner']({ owner: 'Jane Doe', organisation: 'Example Bank' })
  const extract = await handlers['requests.extract']({
    id: requestId,
    spec: {
      ...emptySpec('UTC'),
      location,
      backupId,
      topics: ['ledger-payments'],
      filter: {
        type: 'group',
        id: 'all',
        mode: 'all',
        parts: [
          {
            type: 'test',
            id: 'customer',
            on: 'json',
            place: '$.customer_id',
            is: 'equals',
            text: 'C17',
            texts: [],
            negate: false,
          },
        ],
      },
      key: name,
      role: 'Records officer',
      meaning: 'approved for release',
    },
  })
  await ended(host.services, extract.jobId)
  await handlers['requests.addNote']({ id: requestId, text: 'The supervisor asked for CSV beside the proof.' })
  const reportId = await reportOfMonth(host, { connectionId, backupId, key: name })
  const planId = await planOf(host, connectionId)
  return { connectionId, backupId, requestId, jobId, reportId, planId }
}

async function reportOfMonth(
  { services }: TestHost,
  { key, ...of }: { connectionId: string; backupId: string; key: string },
): Promise<string> {
  const { jobId } = await services.handlers['reports.makeMonthly']({
    ...{ ...of, month: '2026-11', deep: true, page: 'A4', passphrase: null },
    signing: { key, name: 'Jane Doe', role: 'Records officer', meaning: 'reviewed', timestampUrl: null },
  })
  const facts = await ended(services, jobId)
  assert.ok(facts.kind === 'monthly-report')
  return facts.reportId
}

/** Of a cluster that nobody asks for anything: a plan is a file. */
async function planOf({ services: { handlers } }: TestHost, storageId: string): Promise<string> {
  const { id: sourceId } = await handlers['connections.save']({
    ...{ id: null, name: 'Ledger cluster', kind: 'source', secrets: {} },
    yaml: 'bootstrap_servers: ["kafka-1.example:9092"]\n',
  })
  const plan = await handlers['plans.save']({
    isNew: true,
    plan: {
      ...{ id: 'ledger-weekly', name: 'Ledger weekly', sourceId, storageId, include: ['ledger-*'], exclude: [] },
      ...{
        internalTopics: false,
        mode: 'incremental',
        retention: { preset: 'sox', days: 2_557 },
        consumerGroups: true,
      },
      ...{ compression: 'zstd', key: null, timestampUrl: null, targetHours: null },
    },
  })
  return plan.id
}

/** Waits for a job of this session. @returns its figures; fails with what the job failed with */
export async function ended(services: Services, jobId: string): Promise<JobFacts> {
  const job = await new Promise<Services['jobs'][number]>((resolve) => {
    const look = () => {
      const found = services.jobs.find((one) => one.jobId === jobId)
      if (found === undefined || found.outcome === null) return
      stop()
      resolve(found)
    }
    const stop = services.subscribe(look)
    look()
  })
  if (job.outcome?.state !== 'done') assert.fail(`${job.kind} failed: ${JSON.stringify(job.outcome)}`)
  return job.outcome.result
}

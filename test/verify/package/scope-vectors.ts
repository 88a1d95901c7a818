import type { SubIndication, Verdict } from '../../../src/contract/evidence/verdict.ts'
import type { Made, MakeOptions } from './maker.ts'
import { sha256 } from './zip-maker.ts'

type Document = Record<string, unknown>

/** How vectors are made and added to the list. */
export interface VectorTools {
  /** Well signed, and not true. */
  lie(
    name: string,
    sub: SubIndication,
    check: string,
    change: (made: Made) => unknown,
    options?: MakeOptions,
    verdict?: Verdict,
  ): Promise<void>
  /** Changed, and all of it still belongs together. */
  changed(name: string, options: MakeOptions, change: (made: Made) => void): Promise<void>
  editJson(made: Made, path: string, change: (document: never) => void): void
}

const coverage = 'proofs/coverage.json'

/** What people read of the search is not what the coverage proves; and a manifest whose account of offsets tells of more. */
export async function scopeVectors({ lie, changed, editJson }: VectorTools): Promise<void> {
  const tell = (change: (coffer: Told) => void) => (made: Made) => {
    editJson(made, 'report.json', ({ coffer }: { coffer: Told }) => change(coffer))
    for (const suffix of ['.sig', '.sig.der', '.sig.tst']) made.files.delete(`report.json${suffix}`)
  }
  type Told = { scope: Document & { topics: Document[] }; account: Document[] }
  const narrow: MakeOptions = { window: { start: 1_775_000_110_000, end: 1_775_000_125_000, time: 'record' } }
  /** People read that more was searched than was. */
  for (const [name, change, options] of [
    ['report-tells-all-times', ({ scope }: Told) => Object.assign(scope, { window: null }), narrow],
    [
      'report-tells-a-wider-window',
      ({ scope }: Told) => Object.assign(scope.window as Document, { end: '2026-12-31T23:59:59.999Z' }),
      narrow,
    ],
    [
      'report-tells-broker-time',
      ({ scope }: Told) => Object.assign(scope.window as Document, { time: 'broker' }),
      narrow,
    ],
    ['report-tells-another-topic', ({ scope }: Told) => Object.assign(scope.topics[0] ?? {}, { source: 'audit' }), {}],
    ['report-tells-more-topics', ({ scope }: Told) => Object.assign(scope, { topics_total: 2 }), {}],
    ['report-tells-a-filter', ({ scope }: Told) => Object.assign(scope, { filters: 'key equals "C1"' }), {}],
    ['report-tells-another-account', ({ account }: Told) => Object.assign(account[0] ?? {}, { archived: 31 }), {}],
    [
      'report-lists-a-topic-that-was-not-searched',
      ({ scope }: Told) => {
        // of two that were searched one is listed, as long lists are cut, and it is another
        scope.topics.splice(0, 2, { ...scope.topics[0], source: 'all-payments' })
      },
      { topics: { include: ['*'], exclude: [] } },
    ],
    [
      'report-tells-a-larger-topic',
      ({ scope }: Told) => Object.assign(scope.topics[0] ?? {}, { records: 1_000_000 }),
      {},
    ],
    [
      'report-tells-another-span-of-time',
      ({ account }: Told) => Object.assign(account[0] ?? {}, { max_timestamp: 1_999_000_000_000 }),
      {},
    ],
    [
      'report-tells-an-account-of-another-topic',
      ({ account }: Told) => account.push({ ...account[0], topic: 'all-payments', archived: 1_000_000 }),
      {},
    ],
    [
      'report-tells-two-accounts-of-a-partition',
      ({ account }: Told) => account.unshift({ ...account[0], archived: 1_000_000 }),
      {},
    ],
    ['report-tells-no-account', ({ account }: Told) => account.splice(0), {}],
  ] as [string, (coffer: Told) => void, MakeOptions][]) {
    await lie(name, 'REPORT_DIFFERS', 'report', tell(change), options)
  }
  type Report = { backup: Document; validation: { results: Document[] } & Document; generated_at: string }
  for (const [name, change, sub] of [
    ['report-tells-a-smaller-backup', ({ backup }) => Object.assign(backup, { total_records: 1 })],
    ['report-tells-another-cluster', ({ backup }) => Object.assign(backup, { source_cluster_id: 'production' })],
    [
      'report-passes-over-a-check-that-failed',
      ({ validation }) => Object.assign(validation.results[0] ?? {}, { outcome: 'FAILED' }),
    ],
    ['report-passes-without-a-check', ({ validation }) => validation.results.splice(0)],
    [
      'report-tells-more-matches',
      ({ validation }) => Object.assign(validation.results[0]?.data as Document, { records_matched: 1_000_000 }),
    ],
    ['report-of-no-time', (one) => Object.assign(one, { generated_at: 'long ago' }), 'FORMAT_FAILURE'],
  ] as [string, (report: Report) => void, SubIndication | undefined][]) {
    await lie(name, sub ?? 'REPORT_DIFFERS', 'report', (made) => {
      editJson(made, 'report.json', change as (document: never) => void)
      tell(() => undefined)(made)
    })
  }
  const filtered = (filter: unknown) => (made: Made) =>
    editJson(made, coverage, (one: Document) => Object.assign(one, { filter }))
  /** Records were kept back, and all else in the package agrees. */
  const unfiltered = (made: Made) => {
    filtered(null)(made)
    tell(({ scope }) => Object.assign(scope, { filters: null }))(made)
  }
  const without = (offset: number, window?: MakeOptions['window']): MakeOptions => ({
    match: (record) => record.offset !== offset,
    ...(window === undefined ? {} : { window }),
  })
  await lie('record-kept-back', 'COVERAGE_FAILURE', 'coverage', unfiltered, without(110))
  const open = { start: 1_775_000_112_000, end: null, time: 'record' } as const
  await lie(
    'record-kept-back-behind-the-window’s-beginning',
    'COVERAGE_FAILURE',
    'coverage',
    unfiltered,
    without(130, open),
  )
  // within a segment that the window cuts, only the signer knows
  await changed('record-kept-back-where-the-window-cuts', without(113, open), unfiltered)
  await lie('filter-not-told', 'REPORT_DIFFERS', 'report', filtered({ on: 'key', is: 'equals', text: 'C1' }))
  await lie('filter-that-is-none', 'REPORT_DIFFERS', 'report', filtered({ on: 'json' }))
  await changed('filter-told', {}, (made) => {
    filtered({ any: [{ on: 'key', is: 'equals', text: 'C1' }, { not: { on: 'contains', text: 'https://a:b@c/' } }] })(
      made,
    )
    tell(({ scope }) =>
      Object.assign(scope, { filters: 'key equals "C1" or not value contains "https://[secret]@c/"' }),
    )(made)
  })
  type Manifest = {
    topics: { name: string; partitions: { segments: Document[]; account: Document[] }[] }[]
    coffer: { run: Document }
  }
  /** The manifest is another one, as all else in the package says. */
  const editManifest = (change: (manifest: Manifest) => void) => (made: Made) => {
    const path = 'manifest/manifest.json'
    editJson(made, path, change)
    const digest = sha256(made.files.get(path) as Buffer)
    editJson(made, coverage, (one: Document) => Object.assign(one, { manifest_sha256: digest }))
    editJson(made, 'report.json', (one: { integrity: Document }) =>
      Object.assign(one.integrity, { backup_manifest_sha256: digest }),
    )
    for (const suffix of ['.sig', '.sig.der', '.sig.tst', '.pub.pem', '.chain.pem', '.crl.pem']) {
      made.files.delete(`report.json${suffix}`)
      made.files.delete(`${path}${suffix}`)
    }
  }
  const ledger = ({ topics }: Manifest) => topics.find(({ name }) => name === 'ledger-payments')?.partitions[0]
  const cut = (to: number) => ({ mode: 'snapshot', cut: { 'ledger-payments/0': { from: 100, to } } })
  for (const [name, change] of [
    ['manifest-without-a-segment', (one) => ledger(one)?.segments.pop()],
    [
      'manifest-with-a-segment-too-many',
      (one) => ledger(one)?.segments.push({ ...ledger(one)?.segments[0], key: 'x' }),
    ],
    ['manifest-with-fewer-records', (one) => Object.assign(ledger(one)?.segments[0] ?? {}, { record_count: 12 })],
    [
      'account-of-the-same-twice',
      (one) => Object.assign(ledger(one)?.account[1] ?? {}, { segment: ledger(one)?.account[0]?.segment }),
    ],
    ['account-of-no-segment', (one) => delete ledger(one)?.account[0]?.segment],
    ['account-with-a-hole', (one) => ledger(one)?.account.splice(1, 1)],
    ['account-gone', (one) => ledger(one)?.account.splice(0)],
    [
      'account-with-other-ranges',
      (one) => Object.assign(ledger(one)?.account[0] ?? {}, { ranges: [['aborted', 104, 105]] }),
    ],
    [
      'account-with-stray-ranges',
      (one) => Object.assign(ledger(one)?.account[0] ?? {}, { ranges: [['aborted', 1, 5]] }),
    ],
    ['cut-not-reached', (one) => Object.assign(one.coffer.run, cut(100_000))],
    [
      'cut-of-a-partition-left-out',
      (one) => Object.assign(one.coffer.run, { ...cut(101), cut: { 'ledger-refunds/0': { from: 0, to: 7 } } }),
    ],
  ] as [string, (manifest: Manifest) => void][]) {
    await lie(name, 'COVERAGE_FAILURE', 'manifest', editManifest(change), { generations: 1 })
  }
  await changed(
    'cut-reached',
    { generations: 1 },
    editManifest((one) => Object.assign(one.coffer.run, cut(101))),
  )
}

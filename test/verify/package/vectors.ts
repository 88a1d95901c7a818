import { canonicalJson } from '../../../src/contract/canonical-json.ts'
import type { SubIndication, Verdict } from '../../../src/contract/evidence/verdict.ts'
import { formVectors } from './form-vectors.ts'
import { custody, inOrder, type Made, type MakeOptions, makePackage, type Signing, seal } from './maker.ts'
import { scopeVectors } from './scope-vectors.ts'
import { type MadeEntry, madeEntry, makeZip, sha256, type ZipChanges } from './zip-maker.ts'

/** A package, and the class of failure that it has to be given. */
export interface Vector {
  name: string
  zip: Buffer
  verdict: Verdict
  sub?: SubIndication
  /** The check whose line says so. */
  check?: string
}

type Document = Record<string, unknown>

/** Packages of every kind: whole ones, ones that lie though they are well signed, and ones whose container plays tricks. */
export async function vectors(signing: Signing): Promise<Vector[]> {
  const list: Vector[] = []
  const add = (name: string, zip: Buffer, verdict: Verdict, sub?: SubIndication, check?: string) => {
    list.push({ name, zip, verdict, ...(sub === undefined ? {} : { sub }), ...(check === undefined ? {} : { check }) })
  }
  const whole = async (name: string, options: MakeOptions) =>
    add(name, makeZip(await seal(await makePackage(options, signing), signing)), 'passed')
  await whole('plain', {})
  await whole('nothing-found', { match: () => false })
  await whole('redacted', { redact: ({ offset }) => offset % 2 === 0 })
  await whole('window', { window: { start: 1_775_000_110_000, end: 1_775_000_125_000, time: 'record' } })
  await whole('all-topics', { topics: { include: ['*'], exclude: [] } })
  await whole('many-generations', { generations: 3, records: 90 })
  await whole('every-third', { match: ({ offset }) => offset % 3 === 0 })

  const unsigned = await makePackage({})
  add('unsigned', makeZip(await seal(unsigned, null)), 'indeterminate', 'NOT_SIGNED', 'signature')

  /** Somebody who holds the key lies: everything is sealed anew, so only the content can show it. */
  const lie = async (
    name: string,
    sub: SubIndication,
    check: string,
    change: (made: Made) => unknown,
    options: MakeOptions = {},
    verdict: Verdict = 'failed',
  ) => {
    const made = await makePackage(options, signing)
    await change(made)
    add(name, makeZip(await seal(made, signing)), verdict, sub, check)
  }
  /** Changed, and all of it still belongs together. */
  const changed = async (name: string, options: MakeOptions, change: (made: Made) => void) => {
    const made = await makePackage(options, signing)
    change(made)
    add(name, makeZip(await seal(made, signing)), 'passed')
  }
  const edit = (made: Made, path: string, change: (text: string) => string) => {
    made.files.set(path, Buffer.from(change((made.files.get(path) as Buffer).toString())))
  }
  const editJson = (made: Made, path: string, change: (document: never) => void) =>
    edit(made, path, (text) => {
      const document = JSON.parse(text) as Document
      change(document as never)
      return canonicalJson(document)
    })
  const editLine = (made: Made, path: string, line: number, change: (text: string) => string) =>
    edit(made, path, (text) =>
      text
        .split('\n')
        .map((one, i) => (i === line ? change(one) : one))
        .join('\n'),
    )
  /** The report and the index tell of the records as they are now. */
  const agree = (made: Made) => {
    const digest = sha256(made.files.get('records/records.ndjson') as Buffer)
    made.index.content_sha256 = digest
    editJson(made, 'report.json', (report: { coffer: { extraction: Document } }) => {
      report.coffer.extraction.content_sha256 = digest
    })
    for (const suffix of ['.sig', '.sig.der', '.sig.tst']) made.files.delete(`report.json${suffix}`)
  }
  const records = 'records/records.ndjson'
  const proofs = 'proofs/proofs.ndjson'
  const coverage = 'proofs/coverage.json'
  await lie('value-changed', 'FORMAT_FAILURE', 'proofs', (made) => {
    editLine(made, records, 3, (line) => line.replace(/"value":"(.)/, '"value":"f'))
    agree(made)
  })
  await lie('timestamp-changed', 'PROOF_FAILURE', 'proofs', (made) => {
    editLine(made, records, 3, (line) =>
      line.replace(/"timestamp":(\d+)/, (_, at: string) => `"timestamp":${Number(at) + 1}`),
    )
    agree(made)
  })
  await lie('key-changed', 'PROOF_FAILURE', 'proofs', (made) => {
    editLine(made, records, 1, (line) =>
      line.replace(/"key":"[^"]*"/, '"key":"QzI="').replace(/"key":"C1"/, '"key":"C2"'),
    )
    agree(made)
  })
  await lie('decoded-differs', 'FORMAT_FAILURE', 'proofs', (made) => {
    editLine(made, records, 1, (line) => line.replace('"amount":1.50', '"amount":9.50'))
    agree(made)
  })
  await lie('white-space', 'FORMAT_FAILURE', 'proofs', (made) => {
    editLine(made, records, 1, (line) => line.replace(',"key"', ', "key"'))
    agree(made)
  })
  await lie('base64-spare-bits', 'FORMAT_FAILURE', 'proofs', (made) => {
    editLine(made, records, 1, (line) => line.replace('"QzE="', '"QzF="'))
    agree(made)
  })
  await lie('leading-zero', 'FORMAT_FAILURE', 'proofs', (made) => {
    editLine(made, records, 0, (line) => line.replace('"offset":100', '"offset":0100'))
    agree(made)
  })
  await lie('no-last-line-end', 'FORMAT_FAILURE', 'proofs', (made) => {
    edit(made, records, (text) => text.slice(0, -1))
    agree(made)
  })
  await lie('record-out-of-order', 'FORMAT_FAILURE', 'proofs', (made) => {
    for (const path of [records, proofs]) {
      edit(made, path, (text) => {
        const lines = text.split('\n')
        ;[lines[2], lines[3]] = [lines[3] as string, lines[2] as string]
        return lines.join('\n')
      })
    }
    agree(made)
  })
  await lie('record-taken-out', 'PROOF_FAILURE', 'proofs', (made) => {
    edit(made, records, (text) => text.split('\n').toSpliced(5, 1).join('\n'))
    agree(made)
  })
  await lie('last-proof-taken-out', 'PROOF_FAILURE', 'proofs', (made) =>
    edit(made, proofs, (text) => text.split('\n').toSpliced(-2, 1).join('\n')),
  )
  await lie('leaf-hash', 'PROOF_FAILURE', 'proofs', (made) =>
    editLine(made, proofs, 2, (line) => line.replace(/"leaf_hash":"../, '"leaf_hash":"00')),
  )
  await lie('path', 'PROOF_FAILURE', 'proofs', (made) =>
    editLine(made, proofs, 4, (line) => line.replace(/"audit_path":\["../, '"audit_path":["00')),
  )
  await lie('path-of-another', 'PROOF_FAILURE', 'proofs', (made) =>
    editLine(made, proofs, 6, (line) => line.replace(/,"[0-9a-f]{64}"\]/, ']')),
  )
  await lie('tree-size', 'PROOF_FAILURE', 'proofs', (made) =>
    editLine(made, proofs, 2, (line) => line.replace('"tree_size":13', '"tree_size":14')),
  )
  await lie('leaf-index', 'PROOF_FAILURE', 'proofs', (made) =>
    editLine(made, proofs, 2, (line) => line.replace('"leaf_index":2', '"leaf_index":3')),
  )
  await lie('segment-not-read', 'PROOF_FAILURE', 'proofs', (made) =>
    editLine(made, proofs, 2, (line) => line.replace('topics/', 'tropics/')),
  )
  await lie(
    'rule-not-told',
    'REPORT_DIFFERS',
    'report',
    (made) => {
      editLine(made, records, 0, (line) => line.replace('"hide-iban"', '"other"'))
      agree(made)
    },
    { redact: () => true },
  )
  await lie('unwitnessed-redaction', 'REPORT_DIFFERS', 'report', (made) => {
    editLine(made, records, 2, (line) => line.replace(/}$/, ',"redacted":["hide-iban"]}'))
    agree(made)
  })
  type Coverage = {
    window: Document
    totals: Record<string, number>
    partitions: { account: Document; segments: Document[] }[]
  }
  await lie('segment-left-out', 'COVERAGE_FAILURE', 'coverage', (made) =>
    editJson(made, coverage, (one: Coverage) => one.partitions[1]?.segments.pop()),
  )
  await lie('partition-left-out', 'COVERAGE_FAILURE', 'coverage', (made) =>
    editJson(made, coverage, (one: Coverage) => one.partitions.pop()),
  )
  await lie(
    'false-ground',
    'COVERAGE_FAILURE',
    'coverage',
    (made) =>
      editJson(made, coverage, (one: Coverage) =>
        Object.assign(one.partitions[1]?.segments[0] ?? {}, {
          state: 'skipped',
          ground: 'topic-not-selected',
          sha256: null,
          merkle_root: null,
          matched: 0,
        }),
      ),
    { match: ({ offset }) => offset > 120 },
  )
  await lie(
    'false-window',
    'COVERAGE_FAILURE',
    'coverage',
    (made) =>
      editJson(made, coverage, (one: Coverage) =>
        Object.assign(one.partitions[1]?.segments[0] ?? {}, {
          state: 'skipped',
          ground: 'outside-window',
          sha256: null,
          merkle_root: null,
          matched: 0,
        }),
      ),
    { match: ({ offset }) => offset > 120 },
  )
  await lie('another-segment-digest', 'COVERAGE_FAILURE', 'coverage', (made) =>
    editJson(made, coverage, (one: Coverage) =>
      Object.assign(one.partitions[1]?.segments[0] ?? {}, { sha256: '0'.repeat(64) }),
    ),
  )
  await lie('matched', 'COVERAGE_FAILURE', 'coverage', (made) =>
    editJson(made, coverage, (one: Coverage) => Object.assign(one.partitions[1]?.segments[0] ?? {}, { matched: 1 })),
  )
  await lie('totals', 'COVERAGE_FAILURE', 'coverage', (made) =>
    editJson(made, coverage, (one: Coverage) => Object.assign(one.totals, { records_read: 1 })),
  )
  const ruledOut = (number: number) => (made: Made) =>
    editJson(made, coverage, (one: Coverage) => {
      Object.assign(one.partitions[1]?.segments[0] ?? {}, { ruled_out: number })
      one.totals.records_ruled_out = number
    })
  await lie('ruled-out-without-a-window', 'COVERAGE_FAILURE', 'coverage', ruledOut(1))
  await lie('ruled-out-none', 'COVERAGE_FAILURE', 'coverage', ruledOut(0))
  await lie('ruled-out-and-not-summed', 'COVERAGE_FAILURE', 'coverage', (made) =>
    editJson(made, coverage, (one: Coverage) => Object.assign(one.totals, { records_ruled_out: 5 })),
  )
  await scopeVectors({ lie, changed, editJson })
  await formVectors({ lie, changed, editJson })
  await lie('not-canonical', 'FORMAT_FAILURE', 'coverage', (made) => edit(made, coverage, (text) => `${text}\n`))
  await lie('duplicate-member', 'FORMAT_FAILURE', 'coverage', (made) =>
    edit(made, coverage, (text) => text.replace('{"backup_id"', '{"backup_id":"x","backup_id"')),
  )
  await lie('custody-line-taken-out', 'CUSTODY_FAILURE', 'custody', (made) =>
    edit(made, 'custody.ndjson', (text) => text.split('\n').toSpliced(1, 1).join('\n')),
  )
  await lie('custody-line-changed', 'CUSTODY_FAILURE', 'custody', (made) =>
    edit(made, 'custody.ndjson', (text) => text.replace('vault', 'fault')),
  )
  await lie('custody-of-other-records', 'CUSTODY_FAILURE', 'custody', (made) =>
    made.files.set('custody.ndjson', custody(sha256('others'))),
  )
  await lie('custody-without-its-end', 'CUSTODY_FAILURE', 'custody', (made) =>
    edit(made, 'custody.ndjson', (text) => text.split('\n').toSpliced(2, 1).join('\n')),
  )
  await lie('custody-of-another-package', 'CUSTODY_FAILURE', 'custody', (made) =>
    Object.assign(made.index, { package_id: 'package-2' }),
  )
  await lie('custody-empty', 'CUSTODY_FAILURE', 'custody', (made) => made.files.set('custody.ndjson', Buffer.alloc(0)))
  await lie('earlier-manifest-changed', 'HASH_FAILURE', 'manifest-chain', (made) =>
    edit(made, 'manifest/previous-000001.json', (text) => `${text} `),
  )
  await lie(
    'earlier-manifest-missing',
    'FILE_MISSING',
    'manifest-chain',
    (made) => made.files.delete('manifest/previous-000001.json'),
    {},
    'indeterminate',
  )
  await lie('stray-manifest', 'FORMAT_FAILURE', 'manifest-chain', (made) =>
    made.files.set('manifest/previous-000009.json', made.files.get('manifest/previous-000001.json') as Buffer),
  )
  await lie('another-page', 'REPORT_DIFFERS', 'report', (made) =>
    made.files.set('verify.html', Buffer.from('<p>passed</p>')),
  )
  await lie('another-number', 'REPORT_DIFFERS', 'index', (made) => Object.assign(made.index, { records: 7 }))
  await lie('another-backup', 'REPORT_DIFFERS', 'report', (made) => {
    editJson(made, 'report.json', (report: { backup: Document }) => Object.assign(report.backup, { id: 'other' }))
    for (const suffix of ['.sig', '.sig.der', '.sig.tst']) made.files.delete(`report.json${suffix}`)
  })
  await lie(
    'no-timestamp',
    'NO_POE',
    'timestamp',
    (made) => Object.assign(made.index, { timestamp_expected: true }),
    {},
    'indeterminate',
  )
  list.pop()
  await lie('unknown-member', 'FORMAT_FAILURE', 'index', (made) => Object.assign(made.index, { note: 'x' }))

  const made = await makePackage({}, signing)
  const entries = await seal(made, signing)
  /** Somebody who does not hold the key plays with the container. */
  const trick = (name: string, sub: SubIndication, changed: MadeEntry[], changes: ZipChanges = {}) =>
    add(name, makeZip(changed, changes), 'failed', sub)
  const renamed = (path: string, to: string) => entries.map((one) => (one.path === path ? { ...one, path: to } : one))
  for (const [name, to] of Object.entries({
    'slip-up': 'records/../../evil',
    'slip-absolute': '/records/evil',
    'slip-backslash': 'records\\evil',
    'slip-drive': 'C:records',
    'name-control': 'records/a\u0007',
    'name-bidi': 'records/\u202Etxt.exe',
    'name-device': 'records/aux.txt',
    'name-dot': 'records/a.',
    'name-empty-part': 'records//a',
    'name-elsewhere': 'other/records.ndjson',
    'name-of-many-parts': `records/${'a/'.repeat(40)}x`,
  })) {
    trick(name, 'CONTAINER_REFUSED', renamed(records, to))
  }
  const extra = (path: string) => inOrder([...entries, madeEntry(path, Buffer.from('x'), true)])
  trick('case-twin', 'CONTAINER_REFUSED', extra('records/RECORDS.ndjson'))
  trick('unicode-twin', 'CONTAINER_REFUSED', extra('records/records.n\uFF44json'))
  trick('file-and-folder', 'CONTAINER_REFUSED', extra('records/records.ndjson/x'))
  trick('duplicate', 'CONTAINER_REFUSED', extra(records))
  trick('not-listed', 'FILE_NOT_LISTED', extra('records/extra.csv'))
  trick(
    'missing',
    'FILE_MISSING',
    entries.filter(({ path }) => path !== 'README.txt'),
  )
  const patch = (offset: number, value: number) => (header: Buffer) => {
    header.writeUInt16LE(value, offset)
    return header
  }
  trick('encrypted', 'CONTAINER_REFUSED', entries, { local: patch(6, 0x801), central: patch(8, 0x801) })
  trick('descriptor', 'CONTAINER_REFUSED', entries, { local: patch(6, 0x808), central: patch(8, 0x808) })
  trick('method', 'CONTAINER_REFUSED', entries, { local: patch(8, 12), central: patch(10, 12) })
  trick('local-differs', 'CONTAINER_REFUSED', entries, {
    local: (header, { path }) => (path === records ? patch(10, 1)(header) : header),
  })
  trick('attributes', 'CONTAINER_REFUSED', entries, { central: patch(38, 0x20) })
  trick('gap', 'CONTAINER_REFUSED', entries, { gap: (i) => Buffer.alloc(i === 3 ? 5 : 0) })
  trick('before', 'CONTAINER_REFUSED', entries, { gap: (i) => Buffer.alloc(i === 0 ? 5 : 0) })
  trick('comment', 'CONTAINER_REFUSED', entries, {
    end: (record) => Buffer.concat([patch(20, 2)(record), Buffer.from('hi')]),
  })
  trick('disks', 'CONTAINER_REFUSED', entries, { end: patch(4, 1) })
  trick('count', 'CONTAINER_REFUSED', entries, { end: patch(10, 3) })
  trick('zip64-for-nothing', 'CONTAINER_REFUSED', entries, { end: patch(8, 0xffff) })
  trick('bomb', 'CONTAINER_REFUSED', entries, {
    central: (header, { path }) => {
      if (path === records) header.writeUInt32LE(0x7fffffff, 24)
      return header
    },
    local: (header, { path }) => {
      if (path === records) header.writeUInt32LE(0x7fffffff, 22)
      return header
    },
  })
  const size = (change: number): ZipChanges => {
    const told =
      (offset: number) =>
      (header: Buffer, { path, data }: MadeEntry) => {
        if (path === records) header.writeUInt32LE(data.length + change, offset)
        return header
      }
    return { central: told(24), local: told(22) }
  }
  add('says-less', makeZip(entries, size(-1)), 'failed', 'CONTAINER_REFUSED')
  add('says-more', makeZip(entries, size(1)), 'failed', 'CONTAINER_REFUSED')
  const tail = entries.map((one) =>
    one.path === records ? { ...one, packed: Buffer.concat([one.packed, Buffer.from('x')]) } : one,
  )
  trick('after-deflate', 'CONTAINER_REFUSED', tail)
  return list
}

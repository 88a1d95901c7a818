import { PACKAGE_PATHS } from '../../../src/contract/evidence/package.ts'
import { addForms, type Made, type MakeOptions } from './maker.ts'
import type { VectorTools } from './scope-vectors.ts'

const { csv, datUtf8, datWindows1252, records, parquet } = PACKAGE_PATHS
const ALL: MakeOptions = { formats: ['csv', 'dat', 'parquet'] }

/** Tables that show other records than those that are proved: whoever opens one sees them, though the proofs hold. */
export async function formVectors({ lie, changed, editJson }: VectorTools): Promise<void> {
  await changed('forms', ALL, () => {})
  await changed('forms-redacted', { ...ALL, redact: ({ offset }) => offset % 2 === 0 }, () => {})
  await changed('forms-of-nothing', { ...ALL, match: () => false }, () => {})
  const edit = (path: string, change: (bytes: Buffer) => Buffer) => (made: Made) => {
    made.files.set(path, change(made.files.get(path) as Buffer))
  }
  const rows = (change: (rows: string[]) => string[]) => (bytes: Buffer) =>
    Buffer.from(change(bytes.toString('latin1').split(/(?<=\r\n)/)).join(''), 'latin1')
  for (const path of [csv, datUtf8, datWindows1252]) {
    const differs = (name: string, change: (bytes: Buffer) => Buffer, options = ALL) =>
      lie(`${path}-${name}`, 'FORM_DIFFERS', 'forms', edit(path, change), options)
    await differs('amount', (bytes) => Buffer.from(bytes.toString('latin1').replace('1.50', '9.50'), 'latin1'))
    await differs(
      'row-taken-out',
      rows((all) => all.toSpliced(5, 1)),
    )
    await differs('empty', () => Buffer.alloc(0))
    if (path !== csv) continue
    await differs(
      'last-row-taken-out',
      rows((all) => all.slice(0, -1)),
    )
    await differs(
      'row-added',
      rows((all) => [...all, all[1] as string]),
    )
    await differs(
      'rows-swapped',
      rows((all) => [...all.slice(0, -2), all.at(-1) as string, all.at(-2) as string]),
    )
    await differs(
      'column-renamed',
      rows((all) => [String(all[0]).replace(/offset/i, 'number'), ...all.slice(1)]),
    )
    await differs('of-nothing', (bytes) => Buffer.concat([bytes, Buffer.from(' ')]), { ...ALL, match: () => false })
  }
  /** The Parquet files of records that are a little different, well made. */
  const otherParquet = async (made: Made, change: (lines: string) => string) => {
    const other = new Map([[records, Buffer.from(change(String(made.files.get(records))))]])
    await addForms(other, ['parquet'])
    for (const [path, bytes] of other) if (path.startsWith(parquet)) made.files.set(path, bytes)
  }
  const parts = (made: Made) => [...made.files.keys()].filter((path) => path.startsWith(parquet)).sort()
  const amount = (lines: string) => lines.replace(/"offset":100,"timestamp":1/, '"offset":104,"timestamp":1')
  await lie('parquet-offset', 'FORM_DIFFERS', 'forms', (made) => otherParquet(made, amount), ALL)
  const left = (lines: string) => lines.slice(lines.indexOf('\n') + 1)
  await lie('parquet-record-taken-out', 'FORM_DIFFERS', 'forms', (made) => otherParquet(made, left), ALL)
  await lie(
    'parquet-part-taken-out',
    'FORM_DIFFERS',
    'forms',
    (made) => void made.files.delete(parts(made)[0] as string),
    { ...ALL, topics: { include: ['*'], exclude: [] } },
  )
  await lie(
    'parquet-part-added',
    'FORM_DIFFERS',
    'forms',
    (made) => {
      const [path] = parts(made) as [string]
      made.files.set(path.replace('part-00000', 'part-00001'), made.files.get(path) as Buffer)
    },
    ALL,
  )
  // of another version nobody can say that its library would not have packed it like this
  await lie(
    'parquet-of-another-version',
    'LIMIT_REACHED',
    'forms',
    async (made) => {
      made.index.tool = { name: 'coffer', version: '9.9.9' }
      await otherParquet(made, amount)
    },
    ALL,
    'indeterminate',
  )
  await lie('records-beside', 'FORM_DIFFERS', 'forms', (made) => {
    made.files.set('records/summary.csv', Buffer.from('total,1000000\r\n'))
  })
  await lie('records-in-another-case', 'FORM_DIFFERS', 'forms', (made) => {
    made.files.set('records/Records.csv', Buffer.from('total,1000000\r\n'))
  })
  // what the report says of forms
  const half = (made: Made) => void made.files.delete(datUtf8)
  await lie('half-of-dat', 'REPORT_DIFFERS', 'report', half, { formats: ['dat'] })
  const without = (made: Made) => void made.files.delete(csv)
  await lie('told-csv-is-not-there', 'REPORT_DIFFERS', 'report', without, { formats: ['csv'] })
  const untold = (made: Made) => {
    editJson(made, 'report.json', ({ coffer }: { coffer: { extraction: { formats: string[] } } }) => {
      coffer.extraction.formats = ['ndjson']
    })
    for (const suffix of ['.sig', '.sig.der', '.sig.tst']) made.files.delete(`report.json${suffix}`)
  }
  await lie('untold-csv', 'REPORT_DIFFERS', 'report', untold, { formats: ['csv'] })
}

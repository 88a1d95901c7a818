import type { Verdict, VerifiedFile, VerifyCheck } from '../../contract/evidence/verdict.ts'
import { whoseVerdict, worse } from '../../contract/evidence/verdict.ts'

export function sizeOf(bytes: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`
  }
  return `${bytes} bytes`
}

/** The answer itself, as a headline. */
export function headlineOf(result: VerifiedFile): string {
  const what = result.kind === 'package' ? 'package' : result.kind === 'unknown' ? 'file' : 'report'
  if (result.verdict === 'passed') return `This ${what} is genuine and unchanged`
  if (result.verdict === 'failed') return `Do not rely on this ${what}`
  switch (result.subIndication) {
    case 'NOT_SIGNED':
      return `This ${what} is whole, but nobody signed it`
    case 'NO_TRUSTED_KEY':
      return 'Intact, but this page can’t tell who signed it'
    default:
      return `This ${what} could not be fully confirmed`
  }
}

export interface Row {
  question: string
  answer: string
  verdict: Verdict | null
  /** In place of the verdict's own word. */
  word?: string
}

/** Which question a check speaks to; all others to the first. */
const GROUPS: Readonly<Record<string, keyof typeof NO_CHECKS>> = {
  signature: 'whose',
  chain: 'whose',
  trust: 'whose',
  timestamp: 'since',
  revocation: 'whose',
  proofs: 'records',
  redaction: 'records',
  coverage: 'coverage',
}

const NO_CHECKS = {
  intact: [] as VerifyCheck[],
  whose: [] as VerifyCheck[],
  since: [] as VerifyCheck[],
  records: [] as VerifyCheck[],
  coverage: [] as VerifyCheck[],
}

/** The questions of somebody who has to rely on it, each with its answer. */
export function rowsOf(result: VerifiedFile): Row[] {
  const groups = structuredClone(NO_CHECKS)
  for (const check of result.checks) groups[GROUPS[check.check] ?? 'intact'].push(check)
  const { answers } = result
  const own = (checks: VerifyCheck[]) =>
    checks.length === 0 ? null : checks.map(({ verdict }) => verdict).reduce(worse)
  const reasons = (checks: VerifyCheck[]) => checks.map(({ reason }) => reason).join(' ')
  const passed = groups.intact.filter(({ verdict }) => verdict === 'passed')
  const intact =
    own(groups.intact) === 'passed' ? reasons(passed.filter(({ subject }) => subject !== 'report.json')) : ''
  const coverage = own(groups.coverage)
  return [
    { question: 'Is it intact?', answer: intactAnswer(result, groups.intact, intact), verdict: own(groups.intact) },
    { question: 'Who signed it?', answer: answers.whose, verdict: whoseVerdict(result, own(groups.whose)) },
    { question: 'Since when?', answer: answers.since, ...sinceVerdict(result, own(groups.since)) },
    { question: 'Changed afterwards?', answer: answers.changed, verdict: null },
    { question: 'Are the records from the archive?', answer: reasons(groups.records), verdict: own(groups.records) },
    {
      question: 'Is anything left out?',
      answer:
        coverage === 'passed'
          ? `${reasons(groups.coverage)} What the filter then chose rests on the signer.`
          : reasons(groups.coverage),
      verdict: coverage,
    },
    { question: 'What next?', answer: onPage(answers.next), verdict: null },
  ].filter(({ answer }) => answer !== '')
}

/** The program's options, as this page has them. */
function onPage(advice: string): string {
  return advice
    .replaceAll('name it with --trust', 'add it under “Whom do you trust?”')
    .replaceAll('give it with --at', 'enter it under “Whom do you trust?”')
    .replaceAll('--at must not be', 'the time entered must not be')
}

/** How to get the same answers without this page. */
export function ownTools(result: VerifiedFile, beside: readonly string[]): { text: string; commands: string } {
  if (result.kind === 'package') {
    return {
      text: 'The same answers with tools you already have, in the unpacked folder:',
      commands:
        'openssl dgst -sha256 -verify certificates/public-key.pem \\\n  -signature index.json.sig.der index.json\nsha256sum records/records.ndjson\npdfsig report.pdf',
    }
  }
  const name = `'${result.file.replaceAll("'", "'\\''")}'`
  if (result.kind === 'pdf')
    return { text: 'Other programs check it too:', commands: `pdfsig ${name}\nqpdf --check ${name}` }
  const der = beside.find((one) => one.endsWith('.sig.der'))
  const signature = der === undefined ? 'SIGNATURE.sig.der' : `'${der.replaceAll("'", "'\\''")}'`
  return {
    text: 'The same answers with tools you already have (the signer’s key as KEY.pem):',
    commands: `sha256sum ${name}\nopenssl dgst -sha256 -verify KEY.pem -signature ${signature} ${name}`,
  }
}

/** A time that only the signer states is no proof of it, though nothing is wrong with it. */
function sinceVerdict(result: VerifiedFile, own: Verdict | null): Pick<Row, 'verdict' | 'word'> {
  const first = result.signatures[0]
  if (own === 'failed' || first?.time === undefined || first.time === null) return { verdict: own }
  if (result.verdict === 'failed') return { verdict: null }
  if (first.time.kind === 'proved') return { verdict: own ?? 'passed' }
  return { verdict: 'indeterminate', word: first.time.kind === 'claimed' ? 'signer’s clock' : 'not proved' }
}

function intactAnswer(result: VerifiedFile, checks: VerifyCheck[], passed: string): string {
  const bad = checks.filter(({ verdict }) => verdict !== 'passed')
  if (bad.length === 0) return result.kind === 'package' ? summary(result, checks) : passed
  const [first] = bad
  const more = bad.length > 1 ? ` (and ${bad.length - 1} more, below)` : ''
  return `${first?.reason ?? ''}${more}`
}

function summary(result: VerifiedFile, checks: VerifyCheck[]): string {
  const digest = checks.find(({ check, subject }) => check === 'digest' && subject === 'index.json')
  const report = checks.find(({ check }) => check === 'report')
  return [
    'Yes.',
    checks.find(({ check }) => check === 'container')?.reason,
    digest === undefined ? '' : 'Every file has the digest that the index states.',
    report?.reason,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .concat(result.checks_total > result.checks.length ? ' Not all checks are shown.' : '')
}

export const SIGNS: Readonly<Record<Verdict, { sign: string; style: string }>> = {
  passed: { sign: '✓', style: 'ok' },
  indeterminate: { sign: '!', style: 'warn' },
  failed: { sign: '✕', style: 'bad' },
}

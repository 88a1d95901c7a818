import {
  checksOf,
  conclusionOf,
  QUESTIONS,
  type Question,
  type RestsOn,
  type Sign,
  signOf,
} from '../../contract/evidence/questions.ts'
import type { Verdict, VerifiedFile, VerifyCheck } from '../../contract/evidence/verdict.ts'

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
  switch (conclusionOf(result)) {
    case 'passed':
      return `This ${what} is genuine and unchanged`
    case 'failed':
      return `Do not rely on this ${what}`
    case 'notSigned':
      return `This ${what} is whole, but nobody signed it`
    case 'nothingToCheck':
      return `Nobody signed this ${what}: there is nothing to check it by`
    case 'unknownSigner':
      return result.subIndication === 'NO_TRUSTED_KEY'
        ? 'Intact, but this page can’t tell who signed it'
        : 'Intact, but nobody you trust vouches for the signer'
    case 'notConfirmed':
      return `This ${what} could not be fully confirmed`
  }
}

export interface Row extends Sign {
  question: string
  answer: string
  /** In place of the verdict's own word. */
  word?: string
}

const ASKED: Readonly<Record<Question, string>> = {
  intact: 'Is it intact?',
  whose: 'Who signed it?',
  since: 'Since when?',
  changed: 'Changed afterwards?',
  records: 'Are the records from the archive?',
  coverage: 'Is anything left out?',
  next: 'What next?',
}

const RESTS: Readonly<Record<RestsOn, string>> = {
  signer: 'rests on the signer',
  clock: 'signer’s clock',
  unproved: 'not proved',
}

/** The questions of somebody who has to rely on it, each with its answer. */
export function rowsOf(result: VerifiedFile): Row[] {
  return QUESTIONS.map((question) => {
    const sign = signOf(result, question)
    const word = sign.rests === undefined ? {} : { word: RESTS[sign.rests] }
    return { question: ASKED[question], answer: answerTo(result, question, sign), ...sign, ...word }
  }).filter(({ answer }) => answer !== '')
}

function answerTo(result: VerifiedFile, question: Question, { verdict }: Sign): string {
  const checks = checksOf(result, question)
  const reasons = checks.map(({ reason }) => reason).join(' ')
  switch (question) {
    case 'intact': {
      const passed = checks.filter(({ subject }) => subject !== 'report.json').map(({ reason }) => reason)
      return intactAnswer(result, checks, verdict === 'passed' ? passed.join(' ') : '')
    }
    case 'records':
    case 'coverage':
      return reasons
    case 'next':
      return onPage(result.answers.next)
    default:
      return result.answers[question]
  }
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

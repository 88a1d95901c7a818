import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { VerifyResult } from '../../../src/contract/evidence/verdict.ts'
import type { VerdictWords } from '../../../src/contract/ipc/calls/verify.ts'
import { renderVerdict } from '../../../src/evidence/pdf/verdict.ts'
import { runVerify } from '../../../src/jobs/verify/run.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/pdf')
const context = { signal: new AbortController().signal, progress: () => {}, log: () => {} }

/** The verdict on a file that passes and on two that don't, as the window keeps it on paper. @param folder for copies */
export async function verdictPdf(folder: string): Promise<{ pdf: Buffer; result: VerifyResult; words: VerdictWords }> {
  const names = ['valid-lt.pdf', 'covered-after-signing.pdf', 'valid-b-no-revocation-data.pdf']
  for (const name of names) await cp(join(FIXTURES, name), join(folder, name))
  const files = names.map((name) => join(folder, name))
  const trust = ['root-a.der', 'root-b.der', 'tsa-root.der'].map((name) => join(FIXTURES, name))
  const { result } = await runVerify({ kind: 'verify', environment: {}, files, trust, at: null }, context)
  const words: VerdictWords = {
    language: 'de',
    kind: 'Urteil',
    title: '1 von 3 Dateien ist echt & unverändert <geprüft>',
    madeBy: 'coffer, ohne Netz',
    judgedFor: null,
    result: 'Ergebnis',
    file: 'Datei',
    question: 'Frage',
    answer: 'Antwort',
    verdict: 'Urteil',
    signatures: 'Signaturen',
    checks: 'Prüfungen',
    verdicts: { passed: 'bestanden', indeterminate: 'nicht geklärt', failed: 'nicht bestanden' },
    aboutTitle: 'Was dies ist',
    about: 'Es ist nicht signiert.',
    attached: 'das Ergebnis für Programme',
    pageOf: 'Seite %1 von %2',
    files: result.files.map(({ answers, verdict }, index) => ({
      headline: `Überschrift ${index + 1}`,
      rows: [
        { question: 'Ist es heil?', answer: answers.valid, sign: verdict, verdict },
        { question: 'Was nun?', answer: answers.next, sign: '', verdict: null },
      ],
    })),
  }
  const json = Buffer.from(JSON.stringify(result))
  return { pdf: await renderVerdict(result, words, json, 'A4'), result, words }
}

import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { SignatureFacts, VerifiedFile, VerifyResult } from '../../../contract/evidence/verdict.ts'
import type { Trusted } from '../../../contract/ipc/calls/verify.ts'
import { saveAs, saveText } from '../../files.ts'
import { count, utc } from '../../format.ts'
import { host } from '../../host.ts'
import { Card, Figure, Pill, Problem } from '../../parts/basics.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { errorOf } from '../../state.ts'
import { Answers, TONE } from './answers.tsx'
import { commandsFor } from './commands.ts'
import { verdictHtml, verdictJson } from './export.ts'
import { rowsOf } from './rows.ts'
import { checkWords, foundWords } from './spoken.ts'
import { useVerdictWords } from './verdict-words.ts'

/** One file: the questions, each with its answer and its sign, and the details on demand. */
export function FileVerdict({
  file,
  trusted,
  alone,
}: {
  file: VerifiedFile
  trusted: readonly Trusted[]
  alone: boolean
}) {
  const words = useVerdictWords(trusted)
  const { t } = words
  const rows = rowsOf(file)
  return (
    <section className={`card edge-${TONE[file.verdict]}`} aria-label={file.file}>
      {!alone && <h2 className="file-headline">{words.headline(file)}</h2>}
      {!alone && <p className="mute">{file.file}</p>}
      {file.verdict !== 'passed' && rows[0]?.answer !== file.reason && (
        <p className="lead">
          <Pill tone={TONE[file.verdict]}>{words.verdict(file.verdict)}</Pill>{' '}
          {words.foreign && file.subIndication !== undefined
            ? foundWords(words.found, file.subIndication)
            : file.reason}
        </p>
      )}
      <Answers file={file} words={words} />
      <details>
        <summary>{t('allChecks', { count: file.checks_total })}</summary>
        {file.signatures.length > 0 && <Signatures signatures={file.signatures} />}
        <table>
          <tbody>
            {file.checks.map((one) => (
              <tr key={`${one.check} ${one.subject} ${one.reason}`}>
                <td>
                  <Pill tone={TONE[one.verdict]}>{words.verdict(one.verdict)}</Pill>
                </td>
                <td>
                  {checkWords(words.found, one.check)}
                  <div className="mono mute">
                    {one.subject === file.file ? one.check : `${one.check} · ${one.subject}`}
                  </div>
                </td>
                <td>
                  {words.foreign && one.subIndication !== undefined && (
                    <div>{foundWords(words.found, one.subIndication, one)}</div>
                  )}
                  <span lang="en" data-words="none">
                    {one.reason}
                  </span>
                  {one.subIndication !== undefined && (
                    <div className="mute">
                      {!words.foreign && foundWords(words.found, one.subIndication, one)}{' '}
                      <code>{one.subIndication}</code>
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {file.checks.length < file.checks_total && (
          <p className="mute">{t('worstShown', { count: file.checks.length })}</p>
        )}
      </details>
    </section>
  )
}

function Signatures({ signatures }: { signatures: readonly SignatureFacts[] }) {
  const { t } = useTranslation('verify')
  return (
    <ul className="signatures">
      {signatures.map((one) => (
        <li key={`${one.subject} ${one.kind}`}>
          <p>
            <Pill tone={TONE[one.verdict]}>{t(`verdict.${one.verdict}`, { ns: 'app' })}</Pill>{' '}
            <strong>{one.subject}</strong>, {one.format}
          </p>
          <p lang="en" data-words="none">
            {one.reason}
          </p>
          <p className="mute">
            {one.signer === null ? t('bareKey') : t('signedBy', { name: one.signer.name, issuer: one.signer.issuer })}
            {one.time !== null &&
              ` · ${utc(one.time.at)} (${t(`time.${one.time.same_root === true ? 'own' : one.time.kind}`)})`}
          </p>
          {one.keyId !== null && <p className="mono mute">SHA-256 {one.keyId}</p>}
        </li>
      ))}
    </ul>
  )
}

/** What the evidence covers, in figures. */
export function Covered({ file }: { file: VerifiedFile }) {
  const { t } = useTranslation('verify')
  const { facts } = file
  if (file.kind !== 'package' || facts?.records === undefined) return null
  return (
    <div className="row">
      <Figure title={t('covered.records')} value={count(facts.records)}>
        {facts.records_redacted ? t('covered.redacted', { count: facts.records_redacted }) : t('covered.noneRedacted')}
      </Figure>
      {facts.records_proved !== undefined && (
        <Figure title={t('covered.proved')} value={count(facts.records_proved)}>
          {t('covered.provedHow')}
        </Figure>
      )}
      {facts.segments_read !== undefined && (
        <Figure title={t('covered.segments')} value={count(facts.segments_read)}>
          {t('covered.skipped', { count: facts.segments_skipped ?? 0 })}
        </Figure>
      )}
    </div>
  )
}

interface TakeAlongProps {
  result: VerifyResult
  jobId: string
  trusted: readonly Trusted[]
  another: () => void
}

/** How to get the same answers without us, and how to keep these. */
export function TakeAlong({ result, jobId, trusted, another }: TakeAlongProps) {
  const words = useVerdictWords(trusted)
  const { t } = words
  const [first] = result.files as [VerifiedFile, ...VerifiedFile[]]
  const commands = commandsFor(first)
  const stem = first.file.replace(/\.[a-z]+$/i, '')
  const title = result.files.length === 1 ? words.headline(first) : t('several', { count: result.files.length })
  const judged = result.judged_for === undefined ? null : t('at.judged', { at: utc(result.judged_for) ?? '' })
  const rowsAt = (index: number) => {
    const file = result.files[index] as VerifiedFile
    return rowsOf(file).map((row) => ({
      question: t(`questions.${row.question}`),
      answer: words.answer(file, row),
      sign: words.sign(row),
      verdict: row.verdict,
    }))
  }
  const madeBy = t('madeBy', { tool: `${result.tool.name} ${result.tool.version}`, at: utc(result.verified_at) ?? '' })
  const html = () =>
    verdictHtml(result, {
      language: words.language,
      title,
      judgedFor: judged,
      madeBy,
      question: t('question'),
      answer: t('answer'),
      verdict: t('sign'),
      signatures: t('signatures'),
      checks: t('checks'),
      headlineOf: (index) => words.headline(result.files[index] as VerifiedFile),
      rowsOf: rowsAt,
      verdictOf: words.verdict,
    })
  const pdf = useMutation({
    mutationFn: async () =>
      saveAs(
        await host.call('verify.pdf', {
          jobId,
          name: `${stem}-verdict.pdf`,
          // Letter is the paper of these two alone
          page: /-(US|CA)$/.test(navigator.language) ? 'Letter' : 'A4',
          words: {
            language: words.language,
            kind: t('pdf.kind'),
            title,
            madeBy,
            judgedFor: judged,
            result: t('pdf.result'),
            file: t('pdf.file'),
            question: t('question'),
            answer: t('answer'),
            verdict: t('sign'),
            signatures: t('signatures'),
            checks: t('checks'),
            verdicts: {
              passed: words.verdict('passed'),
              indeterminate: words.verdict('indeterminate'),
              failed: words.verdict('failed'),
            },
            aboutTitle: t('pdf.aboutTitle'),
            about: t('pdf.about'),
            attached: t('pdf.attached'),
            pageOf: t('pdf.pageOf', { page: '%1', of: '%2' }),
            files: result.files.map((file, index) => ({ headline: words.headline(file), rows: rowsAt(index) })),
          },
        }),
      ),
  })
  return (
    <div className="row take-along">
      {commands !== null && (
        <Card title={t('ownTools.title')}>
          <p>{t(first.kind === 'package' ? 'ownTools.package' : 'ownTools.file')}</p>
          <CopyText text={commands} label={t('ownTools.title')} />
        </Card>
      )}
      <Card title={t('keep.title')}>
        <p className="mute">{t('keep.what')}</p>
        <p className="actions">
          <Button onClick={() => pdf.mutate()} loading={pdf.isPending}>
            {t('keep.pdf')}
          </Button>
          <Button variant="default" onClick={() => void saveText(`${stem}-verdict.html`, html())}>
            {t('keep.html')}
          </Button>
          <Button variant="default" onClick={() => void saveText(`${stem}-verdict.json`, verdictJson(result))}>
            {t('keep.json')}
          </Button>
          <Button variant="default" onClick={another}>
            {t('another')}
          </Button>
        </p>
        {pdf.error !== null && <Problem error={errorOf(pdf.error)} inside />}
      </Card>
    </div>
  )
}

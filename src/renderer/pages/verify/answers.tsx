import './verify.css'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { conclusionOf } from '../../../contract/evidence/questions.ts'
import type { VerifiedFile } from '../../../contract/evidence/verdict.ts'
import { Pill } from '../../parts/basics.tsx'
import { rowsOf } from './rows.ts'
import type { VerdictWords } from './verdict-words.ts'

export const TONE = { passed: 'ok', indeterminate: 'warn', failed: 'bad' } as const

/** The questions of somebody who has to rely on a file, each with its answer and its sign. */
export function Answers({ file, words }: { file: VerifiedFile; words: VerdictWords }) {
  const { t } = words
  return (
    <div className="answers-box">
      <table className="answers">
        <thead>
          <tr>
            <th scope="col">{t('question')}</th>
            <th scope="col">{t('answer')}</th>
            <th scope="col">
              <span className="unseen">{t('sign')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(file).map((row) => (
            <tr key={row.question}>
              <th scope="row">{t(`questions.${row.question}`)}</th>
              <td>
                {words.answer(file, row)}
                {words.detail(row) !== null && (
                  <div className="mute small" lang="en" data-words="none">
                    {words.detail(row)}
                  </div>
                )}
              </td>
              <td className="r">{row.verdict !== null && <Pill tone={TONE[row.verdict]}>{words.sign(row)}</Pill>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The one step that is left where a file is intact and its signer unknown, for pages that have no list of whom to trust. */
export function NameTheSigner({ files }: { files: readonly VerifiedFile[] }) {
  const { t } = useTranslation('verify')
  if (!files.some((file) => conclusionOf(file) === 'unknownSigner')) return null
  return (
    <p>
      <Link to="/verify">{t('trust.there')}</Link>
    </p>
  )
}

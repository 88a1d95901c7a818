import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { conclusionOf } from '../../../contract/evidence/questions.ts'
import type { Verdict, VerifiedFile } from '../../../contract/evidence/verdict.ts'
import type { Trusted } from '../../../contract/ipc/calls/verify.ts'
import { day } from '../../format.ts'
import { type Row, trustedBy } from './rows.ts'
import { isForeign, nextWords, rowWords } from './spoken.ts'

type T = TFunction<'verify'>

export type VerdictWords = ReturnType<typeof verdictWords>

/**
 * The words of a verdict, for every page that shows one: each question with its own answer, so that what is intact is
 * called intact whoever signed it.
 * @param t of the area `verify` @param found of the area `verdicts` @param trusted whom this user trusts
 */
export function verdictWords(t: T, found: TFunction<'verdicts'>, language: string, trusted: readonly Trusted[]) {
  const foreign = isForeign(language)
  const kind = (file: VerifiedFile) => t(`kind.${file.kind}`)
  const headline = (file: VerifiedFile) => t(`headlines.${conclusionOf(file)}`, { what: kind(file) })
  const verdict = (one: Verdict) => t(`verdict.${one}`, { ns: 'app' })
  const answer = (file: VerifiedFile, row: Row) => {
    const own = row.question === 'next' ? nextWords(found, file) : foreign ? rowWords(found, file, row) : row.answer
    const isYes = row.question === 'intact' && row.verdict === 'passed'
    const here = isYes ? `${found('answers.yes')} ${onPage(own, t)}` : onPage(own, t)
    const root = row.question === 'whose' && row.verdict === 'passed' ? trustedBy(file, trusted) : null
    return root === null ? here : `${here} ${t('trustedSince', { name: root.name, day: day(Date.parse(root.since)) })}`
  }
  /** In the verifier's own words, with the figures; null where the answer has them already. */
  const detail = (row: Row) => (foreign && row.question !== 'next' ? row.answer : null)
  const sign = (row: Row) =>
    row.verdict === null ? '' : row.rests === undefined ? verdict(row.verdict) : t(`rests.${row.rests}`)
  return { t, found, foreign, headline, verdict, answer, detail, sign, language }
}

export function useVerdictWords(trusted: readonly Trusted[]): VerdictWords {
  const { t, i18n } = useTranslation('verify')
  const { t: found } = useTranslation('verdicts')
  return verdictWords(t, found, i18n.language, trusted)
}

/** The program's options, as the page has them. */
function onPage(advice: string, t: T): string {
  return advice
    .replaceAll('name it with --trust', `add it under “${t('trust.title')}”`)
    .replaceAll('give it with --at', `enter it under “${t('at.title')}”`)
    .replaceAll('--at must not be', 'the time entered must not be')
}

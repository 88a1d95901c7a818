import { useTranslation } from 'react-i18next'
import type { ErrorCode } from '../../contract/errors.ts'
import type { Said } from '../../contract/said/said.ts'
import { errorTitle } from '../error-words.ts'
import { sentence } from '../format.ts'
import { spoken } from '../said-words.ts'

interface ToldProps {
  /** As the engine says it, in English. */
  text: string
  /** What it is made of; undefined where there is the English sentence alone, which is then marked as such. */
  said: Said | undefined
  /** Of an error: where there is no more, its title stands before the English sentence. */
  code?: ErrorCode | undefined
}

/** A sentence of the engine, in the window's language. */
export function Told({ text, said, code }: ToldProps) {
  // for a change of language
  useTranslation('said')
  const { t: errors } = useTranslation('errors')
  const words = spoken(text, said)
  if (words !== null) return sentence(words)
  if (code === undefined) return <span lang="en">{sentence(text)}</span>
  return (
    <>
      {sentence(errorTitle(errors, { code }))}{' '}
      <span lang="en" data-words="none">
        {sentence(text)}
      </span>
    </>
  )
}

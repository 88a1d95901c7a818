import { useTranslation } from 'react-i18next'
import type { Said } from '../../contract/said/said.ts'
import { sentence } from '../format.ts'
import { spoken } from '../said-words.ts'

interface ToldProps {
  /** As the engine says it, in English. */
  text: string
  /** What it is made of; undefined where there is the English sentence alone, which is then marked as such. */
  said: Said | undefined
}

/** A sentence of the engine, in the window's language. */
export function Told({ text, said }: ToldProps) {
  // for a change of language
  useTranslation('said')
  const words = spoken(text, said)
  return words === null ? <span lang="en">{sentence(text)}</span> : sentence(words)
}

import type { Said } from '../../../contract/said/said.ts'
import { spoken } from '../../said-words.ts'

interface FilterLineProps {
  /** What comes before: `Only records that fit are taken:` */
  intro: string
  /** As the report has it, in English. */
  filter: string
  said: Said | undefined
}

/** A filter as a sentence in the window's language; what stands in it, of whatever script, keeps to its own place. */
export function FilterLine({ intro, filter, said }: FilterLineProps) {
  const words = spoken(filter, said)
  return (
    <>
      {intro} <bdi {...(words === null ? { lang: 'en' } : {})}>{words ?? filter}</bdi>.
    </>
  )
}

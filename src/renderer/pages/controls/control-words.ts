import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ControlEvidence, ControlStanding, FrameworkStanding } from '../../../contract/results.ts'
import { english, type Said } from '../../../contract/said/said.ts'
import { isForeign } from '../../error-words.ts'
import { sentence } from '../../format.ts'
import type { controlTexts } from '../../locales/de/control-texts/index.ts'
import { pseudo } from '../../pseudo.ts'
import { saidWords } from '../../said-words.ts'

interface ControlText {
  /** As people call it, where that is a word and not a number. */
  name?: string
  title: string
  asks: string
  beyond: string
  /** The provision as it is cited in this language, where that is usual. */
  cited?: string
}

interface FrameworkText {
  title: string
  edition: string
  controls: Readonly<Record<string, ControlText>>
}

/** The texts of the controls in a language that is not the engine's. */
export interface ControlWords {
  /** null: the window speaks English, as the engine does, or nothing is known of this one. */
  framework(id: string): FrameworkText | null
  control(framework: string, control: ControlStanding): ControlText | null
  /** The reason of a state; null where it is there in English alone. */
  reason(framework: string, control: ControlStanding, of: Pick<ControlEvidence, 'reason' | 'said'>): string | null
}

const wordsOf = (own: ((framework: string) => FrameworkText | null) | null, german: boolean): ControlWords => ({
  framework: (id) => own?.(id) ?? null,
  control(framework, control) {
    if (own === null) return null
    const { title, asks, beyond } = control
    return german ? (own(framework)?.controls[control.control] ?? null) : pseudo({ title, asks, beyond })
  },
  reason(framework, control, { reason, said }) {
    if (own === null) return reason
    const beyond = this.control(framework, control)?.beyond ?? null
    return said === undefined || beyond === null ? null : reasonOf(control.state, said, beyond)
  },
})

/** As the engine puts it together (controlReason), in words of another language. */
function reasonOf(state: ControlStanding['state'], said: readonly Said[], beyond: string): string {
  if (said.length === 0) return beyond
  const why = sentence(said.map((one) => saidWords(one) ?? english(one)).join('; '))
  return state === 'supported' ? `${why} ${beyond}` : why
}

/** The words of the window's language, loaded when they are first needed; null until they are there. */
export function useControlWords(frameworks: readonly FrameworkStanding[]): ControlWords | null {
  const { i18n } = useTranslation('controls')
  const { language } = i18n
  const [german, setGerman] = useState<typeof controlTexts | null>(null)
  useEffect(() => {
    if (language === 'de')
      void import('../../locales/de/control-texts/index.ts').then((one) => setGerman(one.controlTexts))
  }, [language])
  if (language === 'de') {
    const texts: Readonly<Record<string, FrameworkText>> | null = german
    return texts === null ? null : wordsOf((id) => texts[id] ?? null, true)
  }
  if (!isForeign(language)) return wordsOf(null, false)
  // the pseudo-locale: what the engine says, marked
  const marked = (id: string) => {
    const own = frameworks.find((one) => one.id === id)
    return own === undefined ? null : { ...pseudo({ title: own.title, edition: own.edition }), controls: {} }
  }
  return wordsOf(marked, false)
}

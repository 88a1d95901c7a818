import { useTranslation } from 'react-i18next'
import type { CaseState } from '../../../contract/requests/spec.ts'
import { Pill, type Tone } from '../../parts/basics.tsx'

const TONES: Record<CaseState, Tone> = { open: 'plain', answered: 'ok', closed: 'plain' }

export function StatePill({ state }: { state: CaseState }) {
  const { t } = useTranslation('requests')
  return <Pill tone={TONES[state]}>{t(`state.${state}`)}</Pill>
}

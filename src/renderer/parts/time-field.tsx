import { TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EXAMPLES, type TimeKind, timeProblem } from '../typed-time.ts'

interface TimeFieldProps {
  kind: TimeKind
  label: string
  /** The text as it was typed: right, wrong or none. What it means say the readers of typed-time.ts. */
  value: string
  onChange(text: string): void
  /** IANA name of the zone whose clocks are meant; left out for a day of the calendar alone. */
  zone?: string
  /** Stands before the example and the zone. */
  description?: ReactNode
  /** What a good one means: in place of its zone. */
  meaning?: string | undefined
  /** Example and zone stand below it: in a row of fields that have no more than their labels. */
  below?: boolean
  mt?: 'sm'
  /** What is wrong with a day or time that is written well. */
  error?: string | undefined
  required?: boolean
}

/**
 * A day, a time of day or both, typed: written the same in every language and browser, with the zone beside
 * it, and an example until it is right. What is wrong stays as it was typed and is told when the field is left, or at Enter.
 */
export function TimeField({
  kind,
  label,
  value,
  onChange,
  zone,
  description,
  meaning,
  error,
  required,
  below = false,
  mt,
}: TimeFieldProps) {
  const { t } = useTranslation()
  const [left, setLeft] = useState(false)
  const problem = timeProblem(kind, value, zone)
  const example = EXAMPLES[kind]
  const wrong =
    problem === 'form'
      ? t(`typed.form.${kind}`, { text: value, example })
      : t(`typed.${problem ?? 'noSuch'}`, { text: value, zone })
  const isGood = value.trim() !== '' && problem === null
  const such = zone === undefined ? t('typed.such', { example }) : t('typed.suchIn', { example, zone })
  const beside = isGood ? (meaning ?? zone) : such
  return (
    <TextInput
      label={label}
      {...(mt === undefined ? {} : { mt })}
      description={
        (description !== undefined || beside !== undefined) && (
          <>
            {description} <span className="together">{beside}</span>
          </>
        )
      }
      error={problem === null ? error : left && wrong}
      errorProps={{ role: 'alert' }}
      inputWrapperOrder={
        below ? ['label', 'input', 'description', 'error'] : ['label', 'description', 'input', 'error']
      }
      classNames={{ input: 'digits' }}
      value={value}
      required={required ?? false}
      maxLength={40}
      autoComplete="off"
      spellCheck={false}
      onBlur={() => setLeft(true)}
      onKeyDown={(event) => event.key === 'Enter' && setLeft(true)}
      onChange={(event) => {
        const text = event.currentTarget.value
        // Once it is right, one may begin anew in peace.
        if (timeProblem(kind, text, zone) === null) setLeft(false)
        onChange(text)
      }}
    />
  )
}

interface DayRangeProps {
  zone: string
  label(end: 'from' | 'to'): string
  value: Readonly<Record<'from' | 'to', string>>
  onChange(end: 'from' | 'to', text: string): void
}

/** From one day to another, in a row of fields that have no more than their labels. */
export function DayRange({ zone, label, value, onChange }: DayRangeProps) {
  return (['from', 'to'] as const).map((end) => (
    <TimeField
      key={end}
      kind="day"
      below
      label={label(end)}
      zone={zone}
      value={value[end]}
      onChange={(text) => onChange(end, text)}
    />
  ))
}

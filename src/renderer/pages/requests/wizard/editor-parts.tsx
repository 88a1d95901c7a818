import { Button, Popover, Select, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PreviewField } from '../../../../contract/requests/preview.ts'
import { plainText } from '../preview/plain-text.ts'

/** What the editors of filters and of masks share: one line for each test or rule, on a place in the record. */

interface LineProps {
  /** `Test 1`, `Rule 2`. */
  name: string
  children: ReactNode
  /** What is wrong with it, a sentence; null: nothing. */
  problem: string | null
  /** What is not entered yet is no mistake. */
  unfinished: boolean
  onRemove(): void
}

export function EditorLine({ name, children, problem, unfinished, onRemove }: LineProps) {
  const { t } = useTranslation('requests')
  return (
    <fieldset className="filter-test">
      <legend className="unseen">{name}</legend>
      {children}
      <Button
        variant="default"
        size="xs"
        className="remove"
        aria-label={`${t('remove', { ns: 'app' })}: ${name}`}
        onClick={onRemove}
      >
        ✕
      </Button>
      {problem !== null && (
        <p className={unfinished ? 'mute small whole' : 'bad-text small whole'} role={unfinished ? undefined : 'alert'}>
          {problem}
        </p>
      )}
    </fieldset>
  )
}

type Subject = 'json' | 'key' | 'header' | 'contains'

interface SubjectProps<One extends Subject> {
  all: readonly One[]
  value: One
  onChange(subject: One): void
}

/** What of a record is looked at. */
export function SubjectSelect<One extends Subject>({ all, value, onChange }: SubjectProps<One>) {
  const { t } = useTranslation('requests')
  return (
    <Select
      aria-label={t('filter.on')}
      data={all.map((on) => ({ value: on as Subject, label: t(`filter.subject.${on as Subject}`) }))}
      value={value}
      allowDeselect={false}
      onChange={(on) => onChange((on ?? 'json') as One)}
    />
  )
}

interface PlaceProps {
  on: 'json' | 'header'
  place: string
  /** Of a path, such as `$.iban`. */
  example: string
  fields: readonly PreviewField[]
  /** Id of the list that path fields suggest. */
  fieldList?: string
  onChange(place: string): void
}

/** Where in the record: a path into its JSON, which may be picked, or the name of a header. */
export function PlaceField({ on, place, example, fields, fieldList, onChange }: PlaceProps) {
  const { t } = useTranslation('requests')
  const isPath = on === 'json'
  return (
    <div className="with-button grow">
      <TextInput
        className="grow"
        aria-label={isPath ? t('filter.path') : t('filter.header')}
        placeholder={isPath ? example : t('filter.header')}
        value={place}
        spellCheck={false}
        autoComplete="off"
        {...(isPath && fieldList !== undefined ? { list: fieldList } : {})}
        classNames={{ input: 'mono' }}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {isPath && <FieldPicker fields={fields} onPick={onChange} />}
    </div>
  )
}

/** The fields of some records as a tree to pick from. */
function FieldPicker({ fields, onPick }: { fields: readonly PreviewField[]; onPick(path: string): void }) {
  const { t } = useTranslation('requests')
  const [open, setOpen] = useState(false)
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <Button variant="default" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t('filter.pick')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('filter.fields')} className="field-picker">
        {fields.length === 0 ? (
          <p className="mute">{t('filter.noFields')}</p>
        ) : (
          <ul className="field-tree">
            {fields.map(({ path, kind, example }) => (
              <li
                key={path}
                style={{ paddingInlineStart: `${Math.min(DEEPEST_INDENT, Math.max(0, depthOf(path) - 1)) * 0.9}rem` }}
              >
                <button
                  type="button"
                  onClick={() => {
                    onPick(path)
                    setOpen(false)
                  }}
                >
                  <span className="mono">{plainText(path)}</span>{' '}
                  <span className="mute small">
                    {t(`filter.kind.${kind}`)}
                    {kind === 'object' || kind === 'list' ? '' : ` · ${plainText(example)}`}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

/** Behind that, the path itself has to tell. */
const DEEPEST_INDENT = 6
const depthOf = (path: string): number => path.split(/[.[]/).length - 1

import { Button, Select, TagsInput, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { PreviewField } from '../../../../contract/requests/preview.ts'
import type { FilterGroup, FilterPart, FilterTest } from '../../../../contract/requests/spec.ts'
import { filterProblem, pathProblem } from './checks.ts'
import { EditorLine, PlaceField, SubjectSelect } from './editor-parts.tsx'

const DEEPEST = 4
const SUBJECTS = ['json', 'key', 'header', 'contains'] as const
const COMPARISONS = {
  json: ['equals', 'in', 'prefix', 'matches', 'greater_than', 'less_than', 'exists'],
  key: ['equals', 'in', 'prefix', 'matches', 'exists'],
  header: ['equals', 'in', 'prefix', 'matches', 'exists'],
} as const

export const newId = (): string => crypto.randomUUID().slice(0, 8)
export const newTest = (): FilterTest => ({
  type: 'test',
  id: newId(),
  on: 'json',
  place: '',
  is: 'equals',
  text: '',
  texts: [],
  negate: false,
})
const newGroup = (): FilterGroup => ({ type: 'group', id: newId(), mode: 'any', parts: [newTest()] })

interface GroupProps {
  group: FilterGroup
  depth: number
  fields: readonly PreviewField[]
  /** Id of the list that path fields suggest. */
  fieldList: string
  onChange(group: FilterGroup): void
  onRemove?(): void
}

/** All, any or none of some tests, which may be groups again. */
export function GroupEditor({ group, depth, fields, fieldList, onChange, onRemove }: GroupProps) {
  const { t } = useTranslation('requests')
  const replace = (part: FilterPart) =>
    onChange({ ...group, parts: group.parts.map((one) => (one.id === part.id ? part : one)) })
  const remove = (id: string) => onChange({ ...group, parts: group.parts.filter((one) => one.id !== id) })
  return (
    <fieldset className={depth === 0 ? 'filter-group' : 'filter-group inner'}>
      <legend className="unseen">{t(`filter.mode.${group.mode}`)}</legend>
      {(group.parts.length > 0 || depth > 0) && (
        <div className="actions">
          <Select
            size="xs"
            aria-label={t('filter.modeLabel')}
            data={(['all', 'any', 'none'] as const).map((mode) => ({ value: mode, label: t(`filter.mode.${mode}`) }))}
            value={group.mode}
            allowDeselect={false}
            onChange={(mode) => onChange({ ...group, mode: (mode ?? 'all') as FilterGroup['mode'] })}
          />
          {onRemove !== undefined && (
            <button type="button" className="link small" onClick={onRemove}>
              {t('filter.removeGroup')}
            </button>
          )}
        </div>
      )}
      {group.parts.map((part, at) =>
        part.type === 'group' ? (
          <GroupEditor
            key={part.id}
            group={part}
            depth={depth + 1}
            fields={fields}
            fieldList={fieldList}
            onChange={replace}
            onRemove={() => remove(part.id)}
          />
        ) : (
          <TestEditor
            key={part.id}
            test={part}
            place={at + 1}
            fields={fields}
            fieldList={fieldList}
            onChange={replace}
            onRemove={() => remove(part.id)}
          />
        ),
      )}
      <p className="actions">
        <Button size="xs" variant="default" onClick={() => onChange({ ...group, parts: [...group.parts, newTest()] })}>
          {t('filter.addTest')}
        </Button>
        {depth < DEEPEST && (
          <Button
            size="xs"
            variant="default"
            onClick={() => onChange({ ...group, parts: [...group.parts, newGroup()] })}
          >
            {t('filter.addGroup')}
          </Button>
        )}
      </p>
    </fieldset>
  )
}

interface TestProps {
  test: FilterTest
  place: number
  fields: readonly PreviewField[]
  fieldList: string
  onChange(test: FilterTest): void
  onRemove(): void
}

function TestEditor({ test, place, fields, fieldList, onChange, onRemove }: TestProps) {
  const { t } = useTranslation('requests')
  const problem = filterProblem(test)
  const set = (part: Partial<FilterTest>) => onChange({ ...test, ...part })
  const name = t('filter.test', { n: place })
  const comparisons = test.on === 'contains' ? [] : COMPARISONS[test.on]
  const placeless = (test.on === 'json' || test.on === 'header') && test.place === ''
  const isEmpty = test.is === 'in' && test.on !== 'contains' ? test.texts.length === 0 : test.text === ''
  const valueless = isEmpty && (test.on === 'contains' || test.is !== 'exists')
  const wrongPath = placeless ? null : pathProblem(test)
  // what is not entered yet is no mistake
  const unfinished = placeless || (valueless && wrongPath === null)
  const said =
    problem === null
      ? null
      : placeless
        ? t('filter.choosePlace')
        : unfinished
          ? t('filter.enterValue')
          : (wrongPath ?? problem)
  return (
    <EditorLine name={name} problem={said} unfinished={unfinished} onRemove={onRemove}>
      <SubjectSelect
        all={SUBJECTS}
        value={test.on}
        onChange={(next) => {
          const keeps = next === 'contains' || (COMPARISONS[next] as readonly string[]).includes(test.is)
          set({ on: next, is: keeps ? test.is : 'equals', place: '' })
        }}
      />
      {(test.on === 'json' || test.on === 'header') && (
        <PlaceField
          on={test.on}
          place={test.place}
          example="$.customer_id"
          fields={fields}
          fieldList={fieldList}
          onChange={(place) => set({ place })}
        />
      )}
      {test.on !== 'contains' && (
        <Select
          aria-label={t('filter.comparison')}
          data={comparisons.flatMap((is) => [
            { value: is, label: t(`filter.is.${is}`) },
            { value: `not ${is}`, label: t(`filter.isNot.${is}`) },
          ])}
          value={test.negate ? `not ${test.is}` : test.is}
          allowDeselect={false}
          onChange={(value) => {
            const negate = value?.startsWith('not ') ?? false
            const is = (value ?? 'equals').replace('not ', '') as FilterTest['is']
            // a value typed for one comparison stays for the next
            set({
              is,
              negate,
              texts: is === 'in' && test.texts.length === 0 && test.text !== '' ? [test.text] : test.texts,
            })
          }}
        />
      )}
      {test.on === 'contains' || !(test.is === 'in' || test.is === 'exists') ? (
        <TextInput
          className="grow"
          aria-label={test.on === 'contains' ? t('filter.text') : t('filter.value')}
          placeholder={test.on === 'contains' ? t('filter.text') : t('filter.value')}
          value={test.text}
          spellCheck={false}
          onChange={(event) => set({ text: event.currentTarget.value })}
        />
      ) : (
        test.is === 'in' && (
          <TagsInput
            className="grow"
            aria-label={t('filter.values')}
            placeholder={t('filter.valuesHint')}
            value={test.texts}
            splitChars={[',', ';', '\n']}
            onChange={(texts) => set({ texts })}
          />
        )
      )}
    </EditorLine>
  )
}

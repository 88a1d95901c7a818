import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { FilterGroup, FilterTest } from '../../../../contract/requests/spec.ts'
import { Card } from '../../../parts/basics.tsx'
import { PreviewPanel } from '../preview/preview-panel.tsx'
import { usePreview, usePreviewFields } from '../preview/use-preview.ts'
import { filterProblem } from './checks.ts'
import type { StepProps } from './edit.tsx'
import { GroupEditor, newTest } from './filter-editor.tsx'
import { useMaskKey, withoutHashes } from './mask-key.ts'

/** What to look for: a filter without code, and the records that match it as they are found. */
export function StepFilter({ id, spec, change }: StepProps) {
  const { t } = useTranslation('requests')
  const asks = spec.filter.parts.length > 0
  const problem = filterProblem(spec.filter)
  const maskKey = useMaskKey(spec)
  const looked = maskKey === 'missing' ? withoutHashes(spec) : spec
  const sample = usePreview(id, looked, true, maskKey !== null)
  const fields = usePreviewFields(sample)
  const preview = usePreview(id, looked, false, maskKey !== null && asks && problem === null)
  const listId = useId()
  const add = (test: Partial<FilterTest>) =>
    change({ filter: { ...spec.filter, parts: [...spec.filter.parts, { ...newTest(), ...test }] } })
  return (
    <>
      <Card title={t('filter.title')}>
        <p className="mute">{asks ? t('filter.how') : t('filter.none')}</p>
        <datalist id={listId}>
          {fields
            .filter(({ kind }) => kind !== 'object' && kind !== 'list')
            .map(({ path, example }) => (
              <option key={path} value={path} label={example} />
            ))}
        </datalist>
        <GroupEditor
          group={spec.filter}
          depth={0}
          fields={fields}
          fieldList={listId}
          onChange={(filter: FilterGroup) => change({ filter })}
        />
      </Card>
      <PreviewPanel
        title={asks && problem === null ? t('preview.matching') : t('preview.sample')}
        preview={asks && problem === null ? preview : sample}
        choose={{
          words: t('filter.addThis'),
          json: (path, value) => add({ on: 'json', place: path, text: value }),
          key: (value) => add({ on: 'key', text: value }),
          header: (name, value) =>
            add(
              value === '' ? { on: 'header', place: name, is: 'exists' } : { on: 'header', place: name, text: value },
            ),
        }}
      />
    </>
  )
}

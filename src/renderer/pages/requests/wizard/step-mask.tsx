import { Button, NumberInput, PasswordInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PreviewField } from '../../../../contract/requests/preview.ts'
import type { MaskChoice } from '../../../../contract/requests/spec.ts'
import { Card, Problem } from '../../../parts/basics.tsx'
import { useAct } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { PreviewPanel } from '../preview/preview-panel.tsx'
import { usePreview, usePreviewFields } from '../preview/use-preview.ts'
import { maskProblem } from './checks.ts'
import type { StepProps } from './edit.tsx'
import { EditorLine, PlaceField, SubjectSelect } from './editor-parts.tsx'
import { newId } from './filter-editor.tsx'
import { useMaskKey } from './mask-key.ts'

const SUBJECTS = ['json', 'key', 'header'] as const
const WAYS = ['remove', 'replace', 'keep_last', 'hash'] as const

const newRule = (part: Partial<MaskChoice> = {}): MaskChoice => ({
  id: newId(),
  on: 'json',
  place: '',
  how: 'remove',
  text: '***',
  characters: 4,
  ...part,
})

/** What to hide, and the records as they will be in the package. */
export function StepMask({ id, spec, change }: StepProps) {
  const { t } = useTranslation('requests')
  const { mask } = spec
  const sound = mask.every((rule) => maskProblem(rule) === null)
  const key = useMaskKey(spec)
  const applies = sound && (key === 'unneeded' || key === 'there')
  const preview = usePreview(id, spec, false, applies)
  const fields = usePreviewFields(preview)
  const add = (part: Partial<MaskChoice> = {}) => change({ mask: [...mask, newRule(part)] })
  return (
    <>
      <Card title={t('mask.title')}>
        <p className="mute">{mask.length === 0 ? t('mask.none') : t('mask.how')}</p>
        {mask.map((rule, at) => (
          <RuleEditor
            key={rule.id}
            rule={rule}
            place={at + 1}
            fields={fields}
            onChange={(changed) => change({ mask: mask.map((one) => (one.id === rule.id ? changed : one)) })}
            onRemove={() => change({ mask: mask.filter((one) => one.id !== rule.id) })}
          />
        ))}
        <p className="actions">
          <Button size="xs" variant="default" onClick={() => add()}>
            {t('mask.add')}
          </Button>
        </p>
        {key === 'missing' && <MaskKey />}
      </Card>
      <PreviewPanel
        title={t(applies ? 'mask.preview' : 'mask.notYet')}
        {...(applies ? {} : { warning: t('mask.notYetWhy') })}
        preview={preview}
        choose={{
          words: t('mask.hideThis'),
          // a place in a list stands for all of them: what is hidden in one is hidden in each
          json: (path) => add({ place: path.replaceAll(/\[\d+\]/g, '[*]') }),
          key: () => add({ on: 'key' }),
          header: (name) => add({ on: 'header', place: name }),
        }}
      />
    </>
  )
}

interface RuleProps {
  rule: MaskChoice
  place: number
  fields: readonly PreviewField[]
  onChange(rule: MaskChoice): void
  onRemove(): void
}

function RuleEditor({ rule, place, fields, onChange, onRemove }: RuleProps) {
  const { t } = useTranslation('requests')
  const set = (part: Partial<MaskChoice>) => onChange({ ...rule, ...part })
  const problem = maskProblem(rule)
  const unfinished = rule.on !== 'key' && rule.place === ''
  return (
    <EditorLine
      name={t('mask.rule', { n: place })}
      problem={problem === null ? null : unfinished ? t('mask.choosePlace') : problem}
      unfinished={unfinished}
      onRemove={onRemove}
    >
      <SubjectSelect all={SUBJECTS} value={rule.on} onChange={(on) => set({ on, place: '' })} />
      {rule.on !== 'key' && (
        <PlaceField
          on={rule.on}
          place={rule.place}
          example="$.iban"
          fields={fields}
          onChange={(where) => set({ place: where })}
        />
      )}
      <Select
        className="wide-select"
        aria-label={t('mask.way')}
        data={WAYS.map((how) => ({ value: how, label: t(`mask.ways.${how}`) }))}
        value={rule.how}
        allowDeselect={false}
        onChange={(how) => set({ how: (how ?? 'remove') as MaskChoice['how'] })}
      />
      {rule.how === 'replace' && (
        <TextInput
          className="grow"
          aria-label={t('mask.text')}
          value={rule.text}
          onChange={(event) => set({ text: event.currentTarget.value })}
        />
      )}
      {rule.how === 'keep_last' && (
        <NumberInput
          aria-label={t('mask.characters')}
          value={rule.characters}
          min={1}
          max={64}
          allowDecimal={false}
          clampBehavior="strict"
          className="few"
          onChange={(value) => typeof value === 'number' && value >= 1 && set({ characters: value })}
        />
      )}
    </EditorLine>
  )
}

/** The key of hashes: without it anybody could try values until one fits. */
function MaskKey() {
  const { t } = useTranslation('requests')
  const [key, setKey] = useState('')
  const keep = useAct('requests.setMaskKey', ['requests.maskKey'])
  return (
    <form
      className="with-button spaced"
      onSubmit={(event) => {
        event.preventDefault()
        keep.mutate({ key }, { onSuccess: () => setKey('') })
      }}
    >
      <PasswordInput
        className="grow"
        label={t('mask.key')}
        description={t('mask.keyHint')}
        value={key}
        autoComplete="off"
        onChange={(event) => setKey(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" className="at-end" disabled={key.length < 16}>
        {t('mask.keep')}
      </Button>
      {keep.error !== null && <Problem error={errorOf(keep.error)} inside />}
    </form>
  )
}

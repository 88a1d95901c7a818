import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import { useDraft } from '../../../draft.ts'
import { Card, Headline, Problem } from '../../../parts/basics.tsx'
import { Wizard } from '../../../parts/wizard.tsx'
import { useAct } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { CaseForm, emptyCase, isCase } from '../case-form.tsx'
import { STEPS } from './steps.ts'

/** The first step of a new request: its case folder is made when one goes on. */
export function NewRequest() {
  const { t } = useTranslation('requests')
  const go = useNavigate()
  // Who explores the sample data has no letter: one is made up.
  const sample = (useLocation().state as { sample?: unknown } | null)?.sample !== undefined
  const example = {
    ...emptyCase,
    matter: 'REG-2026-014',
    title: t('example.title'),
    requestedBy: t('example.by'),
    reason: t('example.reason'),
  }
  const [draft, change, discard] = useDraft(sample ? 'requests-new-sample' : 'requests-new', {
    data: sample ? example : emptyCase,
    parent: '',
  })
  const create = useAct('requests.create', ['requests.list'])
  const ready = isCase(draft.data)
  const start = () =>
    create
      .mutateAsync(
        { data: draft.data, parent: draft.parent.trim() === '' ? null : draft.parent.trim() },
        // who went elsewhere meanwhile stays there
        { onSuccess: ({ id }) => void go(`/requests/${id}/edit`, { replace: true }) },
      )
      .then(discard, () => {})
  const step = (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void start()
      }}
    >
      <Card title={t('case.card')}>
        <CaseForm
          data={draft.data}
          onChange={(part) => change((old) => ({ ...old, data: { ...old.data, ...part } }))}
        />
      </Card>
      <Card title={t('case.folder')}>
        <TextInput
          label={t('fields.parent')}
          description={t('hints.parent')}
          value={draft.parent}
          spellCheck={false}
          onChange={(event) => change({ parent: event.currentTarget.value })}
        />
      </Card>
      {create.error !== null && <Problem error={errorOf(create.error)} />}
      {/* Enter in a field goes on, as the button below does. */}
      <button type="submit" hidden disabled={!ready} />
    </form>
  )
  return (
    <>
      <Headline sub={t('case.newSub')}>
        {draft.data.matter.trim() !== '' ? titleOf(draft.data) : t('case.newHeadline')}
      </Headline>
      <Wizard
        at="case"
        onGo={() => void start()}
        steps={STEPS.map((id) => ({
          id,
          title: t(`steps.${id}`),
          content: id === 'case' ? step : null,
          ready: id === 'case' && ready && !create.isPending,
        }))}
        finish={null}
      />
    </>
  )
}

/** `REG-2026-014: customer C17, third quarter`. */
export const titleOf = ({ matter, title }: { matter: string; title: string }): string =>
  title.trim() === '' ? matter.trim() : `${matter.trim()}: ${title.trim()}`
